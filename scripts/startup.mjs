// The start-up time that the package adds to a Worker: from the start of workerd to its first response, without and
// with it. The clock inside workerd stands still during start-up, so it is measured from outside.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import workerd from 'workerd';
import { at } from './lib.mjs';

const HANDLER = "export default { fetch: () => new Response('ok') }";
const WORKERS = {
  without: HANDLER,
  with: `import * as clients from '@codex/cloudflare-clients'; globalThis.clients = clients; ${HANDLER}`,
};

/** Milliseconds, each the fastest of `rounds` starts in turns: other work of the machine only adds. */
export async function startUp(rounds = 20) {
  const folder = mkdtempSync(join(tmpdir(), 'codex-startup-'));
  try {
    const configs = {};
    for (const [name, source] of Object.entries(WORKERS))
      configs[name] = await bundle(source, join(folder, name));
    const times = { without: [], with: [] };
    for (let i = 0; i < rounds; i++)
      for (const name of Object.keys(times)) times[name].push(await firstResponse(configs[name]));
    return { without: Math.min(...times.without), with: Math.min(...times.with) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(contents, outdir) {
  mkdirSync(outdir);
  await build({
    stdin: { contents, resolveDir: at('.') },
    bundle: true,
    minify: true,
    outdir,
    entryNames: 'worker',
    format: 'esm',
    conditions: ['workerd'],
    external: ['cloudflare:*'],
    loader: { '.wasm': 'copy' },
  });
  const wasm = readdirSync(outdir).filter((file) => file.endsWith('.wasm'));
  const modules = ['(name = "worker.js", esModule = embed "worker.js")'];
  for (const file of wasm) modules.push(`(name = "./${file}", wasm = embed "${file}")`);
  const config = join(outdir, 'config.capnp');
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [${modules}], compatibilityDate = "2026-08-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);`,
  );
  return config;
}

async function firstResponse(config) {
  const start = performance.now();
  const child = spawn(workerd.default, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`workerd ended early (${code})`)));
  });
  try {
    const response = await Promise.race([port(child).then((n) => fetch(`http://127.0.0.1:${n}`)), ended]);
    await response.text();
    return performance.now() - start;
  } finally {
    ended.catch(() => {});
    child.kill('SIGKILL');
  }
}

/** workerd prints a line of JSON on the control pipe with the port on which it listens. */
function port(child) {
  return new Promise((resolve) => {
    let text = '';
    child.stdio[3].setEncoding('utf8').on('data', (more) => {
      text += more;
      const found = /"event":"listen".*?"port":(\d+)/.exec(text)?.[1];
      if (found) resolve(found);
    });
  });
}
