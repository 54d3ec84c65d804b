// A call that is refused before KV or an object is asked is an event as any other.
import {
  CacheClient,
  CartStoreClient,
  CounterClient,
  KVClient,
  LockClient,
  type OnEvent,
  RateLimiterClient,
  SessionCacheClient,
  SessionStoreClient,
} from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { expect, it } from 'vitest';
import { code, listening } from '../../support/backend.js';

const namespace = {
  idFromName: () => expect.fail('an object was asked'),
  get: () => expect.fail('an object was asked'),
} as never;

const asked = () => expect.fail('KV was asked');
const kv = { get: asked, put: asked, delete: asked } as never;

const limit = { limit: 1, window: 60, keyPrefix: 'rl:' };

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
  [
    'auth_storage',
    'consume',
    'invalid_limit',
    (onEvent) => rateLimitStorage(namespace, { onEvent }).consume('a', null as never),
  ],
  ['cache', 'get', 'invalid_key', (onEvent) => new CacheClient(kv, { onEvent }).get(1 as never)],
  ['cache', 'getMany', 'invalid_key', (onEvent) => new CacheClient(kv, { onEvent }).getMany([1] as never)],
  [
    'cache',
    'deleteMany',
    'invalid_key',
    (onEvent) => new CacheClient(kv, { onEvent }).deleteMany('' as never),
  ],
  [
    'cache',
    'getOrSet',
    'invalid_value',
    (onEvent) => new CacheClient(kv, { onEvent }).getOrSet('a', 60, null as never),
  ],
  ['cache', 'clear', 'unsupported', (onEvent) => new CacheClient(kv, { onEvent }).clear({ prefix: 'a' })],
  ['kv', 'get', 'unsupported', (onEvent) => new KVClient(kv, { onEvent }).get('a', 'stream' as never)],
  [
    'kv',
    'getWithMetadata',
    'unsupported',
    (onEvent) => new KVClient(kv, { onEvent }).getWithMetadata('a', 'stream' as never),
  ],
  ['kv', 'put', 'invalid_value', (onEvent) => new KVClient(kv, { onEvent }).put('a', 1 as never)],
  ['kv', 'delete', 'invalid_key', (onEvent) => new KVClient(kv, { onEvent }).delete(1 as never)],
  ['kv', 'list', 'unsupported', (onEvent) => new KVClient(kv, { onEvent }).list().next()],
  ['session', 'get', 'invalid_key', (onEvent) => new SessionCacheClient(kv, { onEvent }).get(1 as never)],
  [
    'session',
    'getOrLoad',
    'invalid_value',
    (onEvent) => new SessionCacheClient(kv, { onEvent }).getOrLoad('t', null as never),
  ],
  [
    'session',
    'set',
    'invalid_value',
    (onEvent) => new SessionCacheClient(kv, { onEvent }).set('t', {} as never, { asOf: Number.NaN }),
  ],
  [
    'session',
    'deleteUserSessions',
    'unsupported',
    (onEvent) => new SessionCacheClient(kv, { onEvent }).deleteUserSessions('u1'),
  ],
  [
    'session_store',
    'get',
    'invalid_key',
    (onEvent) => new SessionStoreClient(namespace, { onEvent }).get(1 as never),
  ],
  [
    'session_store',
    'set',
    'invalid_session',
    (onEvent) => new SessionStoreClient(namespace, { onEvent }).set({} as never),
  ],
  [
    'rate_limit',
    'checkLimit',
    'invalid_key',
    (onEvent) => new RateLimiterClient(kv, { onEvent }).checkLimit(1 as never, limit),
  ],
  [
    'rate_limit',
    'peek',
    'unsupported',
    (onEvent) => new RateLimiterClient(kv, { onEvent }).peek('a', { ...limit, algorithm: 'token-bucket' }),
  ],
  [
    'rate_limit',
    'checkLimits',
    'unsupported',
    (onEvent) => new RateLimiterClient(kv, { onEvent }).checkLimits('a', [limit]),
  ],
  [
    'rate_limit',
    'refund',
    'unsupported',
    (onEvent) => new RateLimiterClient(kv, { onEvent }).refund('a', limit),
  ],
  [
    'rate_limit',
    'penalize',
    'invalid_limit',
    (onEvent) => new RateLimiterClient(namespace, { onEvent }).penalize('a', {} as never),
  ],
  [
    'rate_limit',
    'checkLimits',
    'invalid_limit',
    (onEvent) => new RateLimiterClient(namespace, { onEvent }).checkLimits('a', {} as never),
  ],
  [
    'rate_limit',
    'reset',
    'invalid_key',
    (onEvent) => new RateLimiterClient(namespace, { onEvent }).reset('a', 1 as never),
  ],
  [
    'cart',
    'getCart',
    'invalid_key',
    (onEvent) => new CartStoreClient(namespace, { onEvent }).getCart(1 as never),
  ],
  [
    'cart',
    'setCart',
    'invalid_value',
    (onEvent) => new CartStoreClient(namespace, { onEvent }).setCart('a', (() => {}) as never),
  ],
  [
    'cart',
    'mergeCart',
    'invalid_key',
    (onEvent) => new CartStoreClient(namespace, { onEvent }).mergeCart('a', 1 as never),
  ],
])('%s.%s: %s', async (client, operation, refusedWith, call) => {
  const { events, onEvent } = listening();
  expect(await code(call(onEvent))).toBe(refusedWith);
  expect(events).toEqual([{ client, operation, ms: expect.any(Number), code: refusedWith }]);
});
