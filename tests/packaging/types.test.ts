import { afterAll, beforeAll, test } from 'vitest';
import { Consumer } from './consumer.ts';

// The tests themselves are tests/packaging/types; here a user's compiler reads them, and the package's typings.
let consumer: Consumer;

beforeAll(async () => {
  const packages = ['typescript', '@cloudflare/workers-types', 'wrangler', 'better-auth'];
  consumer = await Consumer.install('tests/packaging/types', packages);
});

afterAll(() => consumer?.remove());

test('with moduleResolution bundler, and nothing but the language around', async () => {
  await consumer.run('tsc', '-p', '.');
});

test('with moduleResolution nodenext', async () => {
  await consumer.run('tsc', '-p', 'tsconfig.nodenext.json');
});

test('with the bindings of @cloudflare/workers-types', async () => {
  await consumer.run('tsc', '-p', 'tsconfig.workers-types.json');
});

test('with the bindings that `wrangler types` generates', async () => {
  await consumer.run('wrangler', 'types');
  await consumer.run('tsc', '-p', 'tsconfig.wrangler-types.json');
});

test("with the session that better-auth's getSession() answers", async () => {
  await consumer.run('tsc', '-p', 'tsconfig.better-auth.json');
});
