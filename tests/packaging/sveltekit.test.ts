import { afterAll, beforeAll } from 'vitest';
import { Consumer } from './consumer.ts';
import { BESIDE_SVELTEKIT, SVELTEKIT, sveltekitSuite } from './sveltekit_suite.ts';

let consumer: Consumer;

beforeAll(async () => {
  consumer = await Consumer.install('tests/packaging/consumers/sveltekit', [
    ...SVELTEKIT,
    ...BESIDE_SVELTEKIT,
  ]);
});
afterAll(() => consumer?.remove());

sveltekitSuite(() => consumer);
