// A call that is refused before an object is asked is an event as any other.
import { CounterClient, LockClient, type OnEvent } from '@codex/cloudflare-clients';
import { secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { expect, it } from 'vitest';
import { code, listening } from '../../support/backend.js';

const namespace = {
  idFromName: () => expect.fail('an object was asked'),
  get: () => expect.fail('an object was asked'),
} as never;

it.each<[string, string, string, (onEvent: OnEvent) => Promise<unknown>]>([
  [
    'lock',
    'acquire',
    'invalid_ttl',
    (onEvent) => new LockClient(namespace, { onEvent }).acquire('a', { ttlSeconds: 0 }),
  ],
  [
    'lock',
    'acquire',
    'invalid_key',
    (onEvent) => new LockClient(namespace, { onEvent }).acquire('.', { ttlSeconds: 1 }),
  ],
  [
    'lock',
    'release',
    'invalid_value',
    (onEvent) => new LockClient(namespace, { onEvent }).release({} as never),
  ],
  [
    'counter',
    'increment',
    'invalid_value',
    (onEvent) => new CounterClient(namespace, { onEvent }).increment('a', 0.5),
  ],
  ['counter', 'get', 'invalid_key', (onEvent) => new CounterClient(namespace, { onEvent }).get('..')],
  [
    'auth_storage',
    'increment',
    'invalid_ttl',
    (onEvent) => secondaryStorage(namespace, { onEvent }).increment('a', '5' as never),
  ],
])('%s.%s: %s', async (client, operation, refusedWith, call) => {
  const { events, onEvent } = listening();
  expect(await code(call(onEvent))).toBe(refusedWith);
  expect(events).toEqual([{ client, operation, ms: expect.any(Number), code: refusedWith }]);
});
