// What a failed call on an object is taken for, by what its stub threw.
import { CartStoreClient, type CloudflareClientsError } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';

const remote = { remote: true };
const named = (error: Error, more: object) => Object.assign(error, more);

it.each([
  [
    'another class, by RPC',
    named(new TypeError('The RPC receiver does not implement the method "get".'), remote),
    'misconfigured',
    false,
  ],
  [
    'another class, by the platform of `vite dev`',
    new TypeError('The RPC receiver does not implement the method "get".'),
    'misconfigured',
    false,
  ],
  [
    'a class that nobody exports',
    new Error('Worker does not export a Durable Object class named "CartDO"'),
    'misconfigured',
    false,
  ],
  [
    'a Worker that does not run',
    named(new Error('Worker "app" not found. Make sure it is running locally.'), remote),
    'object_unavailable',
    true,
  ],
  [
    'what an object itself says of Workers',
    named(new Error('Upstream said: Make sure it is running locally'), remote),
    'object_unavailable',
    false,
  ],
  [
    'what an object itself met at module scope',
    named(new Error('Disallowed operation called within global scope.'), remote),
    'object_unavailable',
    false,
  ],
  ['a handle that is none', new TypeError('get is not a function'), 'invalid_handle', false],
])('%s', async (_, error, code, retryable) => {
  const stub = { get: () => Promise.reject(error) };
  const carts = new CartStoreClient({ idFromName: () => ({}), get: () => stub } as never);
  const thrown = await carts.getCart('cart').catch((error: CloudflareClientsError) => error);
  expect(thrown).toMatchObject({ code, retryable, cause: error });
});
