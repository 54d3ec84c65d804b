import { afterAll, beforeAll, expect, test } from 'vitest';
import { Consumer } from './consumer.ts';
import { visit } from './visit.ts';

let consumer: Consumer;

beforeAll(async () => {
  consumer = await Consumer.install('tests/packaging/consumers/hono', [
    'hono@4.13.19',
    'wrangler',
    'typescript',
  ]);
});

afterAll(() => consumer?.remove());

test('a Hono app in workerd: a limiter and sessions as middleware, a cached route', async () => {
  const server = await consumer.wrangler();
  try {
    await visit(server.url, 'hono');
    const calls = [1, 2, 3].map(() => fetch(`${server.url}/limit`, { method: 'POST' }));
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.sort(), 'without `who` the address is limited, also side by side').toEqual([
      204, 204, 429,
    ]);
  } finally {
    await server.stop();
  }
});

test('its types hold, with the structural handles as bindings', async () => {
  await consumer.run('tsc', '-p', '.');
});
