// The size that the package adds to a Worker: held to a budget, so that growth is a decision.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { at, stop } from './lib.mjs';
import { startUp } from './startup.mjs';

// KB gzip of each entry, with its wasm and glue.
const BUDGETS = { '@codex/cloudflare-clients': 112, '@codex/cloudflare-clients/durable-objects': 66 };
const BUDGET_MS = 25;

const kilobytes = (bytes) => bytes / 1024;

// Dynamic imports are not part of the entry.
const lazy = {
  name: 'lazy',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\./ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    ),
};

// The size of one entry in a bundle. The objects' session wire, and the clients with it, is imported by the first
// request for it: those are counted at their own entry.
async function weigh(entry) {
  const bundle = await build({
    stdin: { contents: `export * from '${entry}'`, resolveDir: at('.') },
    bundle: true,
    minify: true,
    write: false,
    outdir: '/',
    format: 'esm',
    conditions: ['workerd'],
    external: ['cloudflare:*'],
    plugins: [lazy],
    loader: { '.wasm': 'copy' },
  });
  let total = 0;
  console.log(entry);
  for (const { path, contents } of bundle.outputFiles) {
    const gzip = kilobytes(gzipSync(contents, { level: 9 }).length);
    total += gzip;
    const kind = path.endsWith('.wasm') ? 'wasm' : 'JavaScript, minified';
    console.log(
      `  ${kind.padEnd(20)} ${kilobytes(contents.length).toFixed(1).padStart(6)} KB ${gzip.toFixed(1).padStart(6)} KB gzip`,
    );
  }
  return total;
}

for (const [entry, budget] of Object.entries(BUDGETS)) {
  const total = await weigh(entry);
  console.log(`  together             ${total.toFixed(1).padStart(16)} KB gzip of ${budget}`);
  if (total > budget) stop(`${entry} is over its budget of ${budget} KB gzip`);
}
const module = new WebAssembly.Module(readFileSync(at('pkg/wasm/clients.wasm')));
const { create } = await import(at('pkg/wasm/clients.js'));
const start = performance.now();
for (let i = 0; i < 100; i++) create(module, {});
console.log(
  `instantiation          ${((performance.now() - start) / 100).toFixed(2).padStart(6)} ms, mean of 100`,
);
const started = await startUp();
const gained = started.with - started.without;
console.log(
  `start of a Worker      ${started.without.toFixed(1)} ms without, ${started.with.toFixed(1)} ms with: ${gained.toFixed(1)} of ${BUDGET_MS} ms`,
);
if (gained > BUDGET_MS) stop(`The package adds more than ${BUDGET_MS} ms to the start of a Worker`);
