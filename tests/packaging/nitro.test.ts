// The Worker of worker.test.ts as a route of Nitro, with the configuration of docs/bundlers.md.
import { afterAll, beforeAll, test } from 'vitest';
import { Consumer } from './consumer.ts';
import { configure } from './documented.ts';
import { visit } from './visit.ts';

let consumer: Consumer;

beforeAll(async () => {
  const templates = ['tests/packaging/consumers/worker', 'tests/packaging/consumers/nitro'];
  consumer = await Consumer.install(templates, ['nitropack@2.13.6', 'wrangler']);
  configure(consumer, 'nitro.config.ts');
});

afterAll(() => consumer?.remove());

test('`nitro build` leaves it out, and wrangler bundles it', async () => {
  await consumer.run('nitro', 'build');
  const server = await consumer.wrangler('--config', 'wrangler.jsonc', '.output/server/index.mjs');
  try {
    await visit(server.url, 'nitro');
  } finally {
    await server.stop();
  }
});
