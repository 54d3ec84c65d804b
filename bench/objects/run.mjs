// `npm run bench objects`: the classes against plain TypeScript, side by side in one workerd without a
// development proxy, on disk. A Worker of the same process calls them; rounds take turns.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { at } from '../../scripts/lib.mjs';
import { spreadChart } from './chart.mjs';

const CLASSES = {
  CART_DO: 'CartDurableObject',
  SESSION_DO: 'SessionDurableObject',
  RATE_LIMIT_DO: 'RateLimitDurableObject',
  PLAIN_CART: 'PlainCart',
  PLAIN_LIMITER: 'PlainLimiter',
  PLAIN_SESSION: 'PlainSession',
  ROWS: 'RowsLayout',
  VALUE: 'ValueLayout',
  MEMORY: 'MemoryLayout',
};

async function start(folder) {
  const bundle = await build({
    entryPoints: [at('bench/objects/worker.mjs')],
    bundle: true,
    write: false,
    outdir: '/worker',
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd'],
    external: ['cloudflare:*'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
  });
  const modules = bundle.outputFiles
    .map(({ path, contents }) => ({
      type: path.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
      path,
      contents,
    }))
    .sort((a) => (a.type === 'ESModule' ? -1 : 1));
  return new Miniflare(
    convertV4MiniflareOptions({
      modulesRoot: '/worker',
      modules,
      compatibilityDate: '2026-08-01',
      durableObjects: Object.fromEntries(
        Object.entries(CLASSES).map(([name, className]) => [name, { className, useSQLite: true }]),
      ),
      durableObjectsPersist: folder,
      host: '127.0.0.1',
      port: 0,
      cf: false,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    }),
  );
}

const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
let url;
let turn = 0;
// For each round: the server closes connections that were idle while another one measured.
let agent = new Agent();

function send(job) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: 'POST' }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more) => (text += more));
      const ended = () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text)));
      answer.on('end', ended);
    });
    sent.on('error', reject).end(JSON.stringify(job));
  });
}

// The rate from inside the Worker; latencies from outside, since the clock in there goes in whole ms.
async function round({ n, ...job }) {
  const id = `bench-${turn++}`;
  const rate = JSON.parse(await send({ ...job, id, n }));
  agent.destroy();
  agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const times = [];
  let next = 0;
  const lane = async () => {
    while (next < n) {
      const begun = performance.now();
      await send({ ...job, id, i: next++ });
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: job.at }, lane));
  agent.destroy();
  agent = new Agent();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor((times.length - 1) * share)];
  return { ...rate, p50: at(0.5), p99: at(0.99) };
}

/** Contestants in turn; who goes first changes. The ratio is the second's speed over the first's. */
async function compare(job, [first, second], rounds) {
  const results = { [first]: [], [second]: [] };
  for (let i = 0; i < rounds; i++) {
    for (const by of i % 2 ? [second, first] : [first, second]) results[by].push(await round({ ...job, by }));
  }
  const of = (by, field) => median(results[by].map((result) => result[field]));
  const ratios = results[second].map((result, i) => result.perSecond / results[first][i].perSecond);
  const p99 = results[second].map((result, i) => result.p99 / results[first][i].p99);
  return { of, ratio: median(ratios), p99Ratio: median(p99) };
}

const fixed = (n, digits = 0) => n.toFixed(digits);
function row(label, { of, ratio, p99Ratio }, [first, second]) {
  const cells = [first, second].flatMap((by) => [
    fixed(of(by, 'perSecond')),
    `${fixed(of(by, 'p50'), 2)} / ${fixed(of(by, 'p99'), 2)}`,
  ]);
  const line = [label, ...cells, fixed(ratio, 2), fixed(p99Ratio, 2)];
  console.log(`  ${line.join('  ')}`);
  return `| ${line.join(' | ')} |`;
}
const head = (first, second) => [
  `| | ${first}, a second | p50 / p99 ms | ${second}, a second | p50 / p99 ms | ratio | p99, ours over theirs |`,
  '| --- | --- | --- | --- | --- | --- | --- |',
];

async function cartSection() {
  const both = ['plain', 'ours'];
  const lines = ['## Carts', '', '`incrementQty`, which answers the whole cart.', '', ...head(...both)];
  for (const [concurrency, n] of [
    [1, 300],
    [50, 1_500],
  ]) {
    for (const size of [1, 20, 200]) {
      const result = await compare({ job: 'cart', size, at: concurrency, n }, both, 9);
      lines.push(row(`${size} lines, ${concurrency} at a time`, result, both));
    }
  }
  const ten = ['singles', 'mutate'];
  const result = await compare({ job: 'ten', at: 1, n: 60 }, ten, 7);
  lines.push('', 'Ten changes of a cart of 20 lines.', '', ...head(...ten), row('ten changes', result, ten));
  return lines;
}

const refusedRate = async () =>
  JSON.parse(await send({ job: 'refused', at: 1, n: 20_000, id: `bench-${turn++}` }));

async function otherSections() {
  const both = ['plain', 'ours'];
  const limiter = ['## Limiter', '', 'A check that is admitted.', '', ...head(...both)];
  for (const [concurrency, n] of [
    [1, 300],
    [50, 1_500],
  ]) {
    const result = await compare({ job: 'limiter', at: concurrency, n }, both, 9);
    limiter.push(row(`${concurrency} at a time`, result, both));
  }
  const refused = median([await refusedRate(), await refusedRate(), await refusedRate()].map(({ us }) => us));
  limiter.push('', `A caller who is known to be refused costs ${fixed(refused, 2)} µs and no call.`);
  const session = ['## Sessions', '', '`get` of a session that is there.', '', ...head(...both)];
  for (const [concurrency, n] of [
    [1, 500],
    [50, 3_000],
  ]) {
    const result = await compare({ job: 'session', at: concurrency, n }, both, 9);
    session.push(row(`${concurrency} at a time`, result, both));
  }
  return [...limiter, '', ...session];
}

const spreadRate = async (by, size) =>
  JSON.parse(await send({ job: 'spread', by, size, at: 64, n: 1_500, id: `bench-${turn++}` }));

async function spreadSection() {
  const sizes = [1, 2, 4, 8, 16, 32, 64];
  const series = { plain: [], ours: [] };
  for (const size of sizes) {
    for (const by of ['plain', 'ours']) {
      const rates = [];
      for (let i = 0; i < 3; i++) rates.push((await spreadRate(by, size)).perSecond);
      series[by].push(median(rates));
    }
  }
  writeFileSync(at('bench/results/objects.svg'), spreadChart(sizes, series));
  return [
    '## The same load on more objects',
    '',
    'Increments a second, 64 at a time, on carts of 5 lines. The machine is full with few objects: in',
    'production each object has a thread of its own.',
    '',
    `| carts | ${sizes.join(' | ')} |`,
    `| --- | ${sizes.map(() => '---').join(' | ')} |`,
    ...Object.entries(series).map(
      ([by, rates]) => `| ${by} | ${rates.map((rate) => fixed(rate)).join(' | ')} |`,
    ),
    '',
    '![Increments a second by the number of carts](objects.svg)',
  ];
}

const LAYOUTS = {
  plain: 'plain, by fetch',
  ROWS: 'rows',
  VALUE: 'one JSON value',
  MEMORY: 'rows and memory',
};

// In turn, five rounds each: microseconds a call, the median.
async function layoutSection() {
  const lines = [
    '## Layouts',
    '',
    'An increment in µs, in plain TypeScript: what the object keeps, and what it answers.',
    '',
    `| lines, at a time, answer | ${Object.values(LAYOUTS).join(' | ')} |`,
    `| --- | ${Object.keys(LAYOUTS)
      .map(() => '---')
      .join(' | ')} |`,
  ];
  for (const [size, at] of [1, 20, 200].flatMap((size) => [1, 50].map((at) => [size, at]))) {
    for (const whole of [true, false]) {
      const us = Object.fromEntries(Object.keys(LAYOUTS).map((by) => [by, []]));
      for (let i = 0; i < 5; i++) {
        for (const by of Object.keys(LAYOUTS)) {
          const job = { job: 'layout', by, size, at, whole, n: 300, id: `bench-${turn++}` };
          us[by].push(JSON.parse(await send(job)).us);
        }
      }
      const answer = whole ? 'the cart' : 'the quantity (plain: the cart)';
      lines.push(
        `| ${size}, ${at}, ${answer} | ${Object.values(us)
          .map((all) => fixed(median(all)))
          .join(' | ')} |`,
      );
      console.log(`  ${lines.at(-1)}`);
    }
  }
  return lines;
}

export async function objects() {
  console.log('→ objects against plain TypeScript in workerd (about 3 minutes)');
  const folder = mkdtempSync(join(tmpdir(), 'bench-objects-'));
  const server = await start(folder);
  try {
    await server.ready;
    url = await server.unsafeGetDirectURL();
    const sections = [
      await cartSection(),
      await layoutSection(),
      await otherSections(),
      await spreadSection(),
    ];
    const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}. Command: \`npm run bench objects\`.`;
    const text = ['# Objects, measured side by side in one workerd', '', machine];
    for (const lines of sections) text.push('', ...lines);
    writeFileSync(at('bench/results/objects.md'), `${text.join('\n')}\n`);
    console.log('✓ bench/results/objects.md, bench/results/objects.svg');
  } finally {
    agent.destroy();
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) await objects();
