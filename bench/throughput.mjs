// Requests a second of a SvelteKit app in workerd, without a development proxy: its hook asks KV for the
// session, by this package or by plain TypeScript. Rounds in turn, on the same server.
import { Agent, get } from 'node:http';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { at, run } from '../scripts/lib.mjs';

const ROUNDS = 20;
const REQUESTS = 3_000;
const CONNECTIONS = 32;

async function start() {
  run('vite', ['build', '--logLevel', 'error'], { quiet: true, cwd: at('bench/app') });
  const bundle = await build({
    entryPoints: [at('bench/app/.svelte-kit/cloudflare/_worker.js')],
    bundle: true,
    write: false,
    outdir: '/worker',
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd'],
    external: ['cloudflare:*', 'node:*'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
  });
  return new Miniflare(
    convertV4MiniflareOptions({
      modulesRoot: '/worker',
      modules: bundle.outputFiles
        .map(({ path, contents }) => ({
          type: path.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
          path,
          contents,
        }))
        .sort((a) => (a.type === 'ESModule' ? -1 : 1)),
      compatibilityDate: '2026-08-01',
      compatibilityFlags: ['nodejs_compat'],
      kvNamespaces: ['AUTH_SESSION_KV'],
      serviceBindings: { ASSETS: () => new Response(null, { status: 404 }) },
      host: '127.0.0.1',
      port: 0,
      cf: false,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    }),
  );
}

function request(url, agent, by) {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { cookie: 'session=token', 'x-by': by } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more) => (text += more));
      answer.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

async function round(url, agent, by) {
  let left = REQUESTS;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left-- > 0) await request(url, agent, by);
    }),
  );
  return REQUESTS / ((performance.now() - begun) / 1000);
}

const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];

export async function throughput() {
  console.log('→ requests a second in workerd (about 1 minute)');
  const server = await start();
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    await server.ready;
    const url = await server.unsafeGetDirectURL();
    const { AUTH_SESSION_KV } = await server.getBindings();
    const session = {
      session: { userId: 'u1', expiresAt: new Date(Date.now() + 86_400_000).toISOString() },
      user: { id: 'u1', name: 'Ada' },
    };
    await AUTH_SESSION_KV.put('session:token', JSON.stringify(session));
    const rates = { 'plain TypeScript': [], ours: [] };
    for (const by of Object.keys(rates)) {
      const answer = await request(url, agent, by);
      if (answer !== '{"user":"Ada"}') throw new Error(`${by} answered ${answer}`);
      await round(url, agent, by);
    }
    const ratios = [];
    for (let i = 0; i < ROUNDS; i++) {
      // Who goes first changes, since who goes second finds a warmer or a more tired server.
      const order = i % 2 ? ['ours', 'plain TypeScript'] : ['plain TypeScript', 'ours'];
      for (const by of order) rates[by].push(await round(url, agent, by));
      ratios.push(rates.ours[i] / rates['plain TypeScript'][i]);
    }
    const [plain, ours] = Object.values(rates).map(median);
    const ratio = median(ratios).toFixed(3);
    console.log(`  plain ${plain.toFixed(0)}/s, ours ${ours.toFixed(0)}/s, median ratio ${ratio}`);
    return [
      '## Requests a second in workerd',
      '',
      `A SvelteKit app whose hook reads the session from KV; ${ROUNDS} rounds of ${REQUESTS} requests in turn, ${CONNECTIONS} connections, no development proxy.`,
      '',
      '| | requests a second, median | ratio, median of rounds |',
      '| --- | --- | --- |',
      `| plain TypeScript | ${plain.toFixed(0)} | |`,
      `| ours | ${ours.toFixed(0)} | ${ratio} |`,
    ];
  } finally {
    agent.destroy();
    await server.dispose();
  }
}

if (process.argv[1] === import.meta.filename) console.log((await throughput()).join('\n'));
