// The Worker of worker.test.ts by other bundlers than wrangler's, with the configuration of docs/bundlers.md.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALL_LEGS } from '../support/legs.ts';
import { Consumer } from './consumer.ts';
import { configure } from './documented.ts';
import { visit } from './visit.ts';

const MORE = ['rollup@4.68.8', '@rollup/plugin-node-resolve@16.0.3', 'webpack@5.113.0', 'webpack-cli@7.3.1'];

let consumer: Consumer;

beforeAll(async () => {
  const packages = ['esbuild', 'wrangler', ...(ALL_LEGS ? MORE : [])];
  consumer = await Consumer.install('tests/packaging/consumers/worker', packages);
  // Rollup and webpack take JavaScript.
  writeFileSync(join(consumer.folder, 'worker.js'), stripTypeScriptTypes(consumer.read('worker.ts')));
});

afterAll(() => consumer?.remove());

test('esbuild bundles it, with the wasm beside, and workerd runs that as it is', async () => {
  await build('esbuild.mjs', '../../esbuild.mjs');
  hasWasmBeside();
  await serves('esbuild', '--no-bundle');
});

if (ALL_LEGS) {
  test('so does Rollup', async () => {
    await build('rollup.config.mjs', 'rollup', '-c', 'rollup.config.mjs', '--silent');
    hasWasmBeside();
    await serves('rollup', '--no-bundle');
  });

  test('webpack leaves it out, and wrangler bundles it', async () => {
    await build('webpack.config.mjs', 'webpack', '-c', 'webpack.config.mjs');
    expect(consumer.read('dist/worker.js')).toContain('from"@codex/cloudflare-clients"');
    await serves('webpack');
  });
}

async function build(file: string, tool: string, ...args: string[]): Promise<void> {
  rmSync(join(consumer.folder, 'dist'), { recursive: true, force: true });
  configure(consumer, file);
  await consumer.run(tool, ...args);
}

function hasWasmBeside(): void {
  const [wasm, ...more] = readdirSync(join(consumer.folder, 'dist')).filter((file) => file.endsWith('.wasm'));
  expect(more).toEqual([]);
  expect(consumer.bytes(`dist/${wasm}`).equals(consumer.installed('clients.wasm'))).toBe(true);
}

async function serves(name: string, ...flags: string[]): Promise<void> {
  const server = await consumer.wrangler('--config', 'wrangler.jsonc', ...flags, 'dist/worker.js');
  try {
    await visit(server.url, name);
  } finally {
    await server.stop();
  }
}
