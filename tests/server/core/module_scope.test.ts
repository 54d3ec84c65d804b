// A call at module scope is told of as such, since no retry helps. workerd alone says what it does there.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DURABLE_OBJECTS } from '../../support/classes.js';
import { type Server, serve } from '../../support/workerd.js';

interface Result {
  kind?: string;
  code?: string;
  retryable?: boolean;
  message?: string;
  cause?: string;
}

let server: Server;
let results: Record<string, Result>;
beforeAll(async () => {
  server = await serve(new URL('./module_scope_worker.ts', import.meta.url), {
    bindings: { durableObjects: DURABLE_OBJECTS },
  });
  results = (await (await fetch(server.url)).json()) as typeof results;
});
afterAll(() => server?.stop());

it('is an error that says so, of every method but getOrSet, which returns what was loaded', () => {
  const told = ({ kind, code, retryable, message, cause }: Result) =>
    kind === 'CloudflareClientsError' &&
    code === 'misconfigured' &&
    retryable === false &&
    /called outside of a request \(see cause\)\. Call it in a handler/i.test(message ?? '') &&
    cause?.includes('within global scope');
  const others = Object.entries(results).filter(([, result]) => !told(result));
  expect(Object.keys(results).length).toBeGreaterThan(100);
  expect(Object.fromEntries(others)).toEqual({
    'CacheClient.getOrSet': { value: 'loaded' },
    'CacheClient with a time limit.getOrSet': { value: 'loaded' },
  });
});

it('leaves nothing behind: clients work in a request, and nothing is rejected without being caught', async () => {
  expect(await (await fetch(new URL('/works', server.url))).json()).toBe('works');
  expect(server.uncaught).toEqual([]);
});
