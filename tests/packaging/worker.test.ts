import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALL_LEGS } from '../support/legs.ts';
import { Consumer } from './consumer.ts';
import { visit } from './visit.ts';

let consumer: Consumer;

beforeAll(async () => {
  consumer = await Consumer.install('tests/packaging/consumers/worker', ['wrangler'], { plain: true });
});

afterAll(() => consumer?.remove());

test('`wrangler deploy` bundles it, with the wasm beside', async () => {
  await consumer.run('wrangler', 'deploy', '--dry-run', '--outdir', 'dist');
  const output = readdirSync(join(consumer.folder, 'dist'));
  const wasm = output.filter((file) => file.endsWith('.wasm'));
  expect(wasm).toHaveLength(1);
  expect(consumer.bytes(`dist/${wasm[0]}`).equals(consumer.installed('clients.wasm'))).toBe(true);
  expect(consumer.read('dist/worker.js')).toContain(wasm[0]);
  expect(consumer.read('dist/worker.js'), 'Node is not in it').not.toContain('node:');
});

const CONFIGURATIONS = { today: 'wrangler.jsonc', ...(ALL_LEGS && { old: 'wrangler.old.jsonc' }) };
for (const [name, config] of Object.entries(CONFIGURATIONS)) {
  test(`runs under \`wrangler dev\` with ${config}`, async () => {
    const server = await consumer.wrangler('--config', config);
    try {
      await visit(server.url, name);
    } finally {
      await server.stop();
    }
  });
}
