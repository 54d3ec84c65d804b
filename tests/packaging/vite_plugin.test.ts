import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Consumer, loopback } from './consumer.ts';
import { visit } from './visit.ts';

const CONFIG = `import { cloudflare } from '@cloudflare/vite-plugin';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [cloudflare()] });
`;

let consumer: Consumer;

// The same Worker that wrangler bundles in worker.test.ts; the plugin brings a workerd of its own.
beforeAll(async () => {
  const packages = ['@cloudflare/vite-plugin@1.64.0', 'vite', 'wrangler'];
  consumer = await Consumer.install('tests/packaging/consumers/worker', packages);
  writeFileSync(join(consumer.folder, 'vite.config.ts'), CONFIG);
});

afterAll(() => consumer?.remove());

test('`vite dev`, where the Worker runs in workerd and Vite hands it the modules', () => serves('dev'));

test('`vite build` leaves the wasm as it is, and `vite preview` serves the build', async () => {
  await consumer.run('vite', 'build', '--logLevel', 'warn');
  const assets = 'dist/consumer_worker/assets';
  const [wasm, ...more] = readdirSync(join(consumer.folder, assets));
  expect(more).toEqual([]);
  expect(wasm).toMatch(/\.wasm$/);
  const installed = consumer.installed('clients.wasm');
  expect(consumer.bytes(`${assets}/${wasm}`).equals(installed)).toBe(true);
  await serves('preview');
});

async function serves(command: 'dev' | 'preview'): Promise<void> {
  const server = await consumer.serve('vite', command, ...loopback());
  try {
    await visit(server.url, command);
  } finally {
    await server.stop();
  }
}
