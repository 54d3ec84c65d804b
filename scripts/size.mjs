// What a Worker gains by the package: held to a budget, so that growth is a decision.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { at, stop } from './lib.mjs';
import { startUp } from './startup.mjs';

const BUDGET_KB = 64;
const BUDGET_MS = 25;

const bundle = await build({
  stdin: { contents: "export * from '@codex/cloudflare-clients'", resolveDir: at('.') },
  bundle: true,
  minify: true,
  write: false,
  outdir: '/',
  format: 'esm',
  conditions: ['workerd'],
  external: ['cloudflare:*'],
  loader: { '.wasm': 'copy' },
});
const kilobytes = (bytes) => bytes / 1024;
let total = 0;
for (const { path, contents } of bundle.outputFiles) {
  const gzip = kilobytes(gzipSync(contents, { level: 9 }).length);
  total += gzip;
  const kind = path.endsWith('.wasm') ? 'wasm' : 'JavaScript, minified';
  console.log(
    `${kind.padEnd(22)} ${kilobytes(contents.length).toFixed(1).padStart(6)} KB ${gzip.toFixed(1).padStart(6)} KB gzip`,
  );
}
const module = new WebAssembly.Module(readFileSync(at('pkg/clients.wasm')));
const { create } = await import(at('pkg/clients.js'));
const start = performance.now();
for (let i = 0; i < 100; i++) create(module, {});
console.log(
  `instantiation          ${((performance.now() - start) / 100).toFixed(2).padStart(6)} ms, mean of 100`,
);
console.log(`together               ${total.toFixed(1).padStart(16)} KB gzip of ${BUDGET_KB}`);
if (total > BUDGET_KB) stop(`The package is over its budget of ${BUDGET_KB} KB gzip`);
const started = await startUp();
const gained = started.with - started.without;
console.log(
  `start of a Worker      ${started.without.toFixed(1)} ms without, ${started.with.toFixed(1)} ms with: ${gained.toFixed(1)} of ${BUDGET_MS} ms`,
);
if (gained > BUDGET_MS) stop(`The package adds more than ${BUDGET_MS} ms to the start of a Worker`);
