// Every client on every binding that is not its own: nothing is admitted, found, stored or "done", whatever
// `onUnavailable` is.
import { env } from 'cloudflare:workers';
import {
  CacheClient,
  CartStoreClient,
  CounterClient,
  KVClient,
  type KVHandle,
  LockClient,
  type ObjectHandle,
  RateLimiterClient,
  SessionCacheClient,
  SessionStoreClient,
} from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { describe, expect, it } from 'vitest';
import { code, listening, unique } from '../../support/backend.js';

const bindings = env as Record<string, unknown>;
const CLASSES = ['CART_DO', 'SESSION_DO', 'RATE_LIMIT_DO', 'COORDINATION_DO', 'AUTH_DO'] as const;

const five = { limit: 5, window: 60, keyPrefix: 'rl:' };
const session = {
  session: { id: 's', userId: 'u', token: 't', expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
  user: { id: 'u', email: 'u@example.org', name: 'U', role: 'customer' as const, emailVerified: true },
};
const record = { sessionId: 's', customerId: 'c', userAgent: 'Firefox', createdAt: new Date() };

type Calls = Record<string, () => Promise<unknown>>;

const limiter = (namespace: ObjectHandle, id: string, onUnavailable: 'throw' | 'allow' | 'deny'): Calls => {
  const limits = new RateLimiterClient(namespace, { onUnavailable });
  return {
    checkLimit: () => limits.checkLimit(id, five),
    checkLimits: () => limits.checkLimits(id, [five]),
    peek: () => limits.peek(id, five),
    refund: () => limits.refund(id, five),
    penalize: () => limits.penalize(id, five),
    reset: () => limits.reset(id, five.keyPrefix),
  };
};

const carts = (namespace: ObjectHandle, id: string, onUnavailable: 'throw' | 'memory'): Calls => {
  const client = new CartStoreClient(namespace, { onUnavailable });
  return {
    createCart: () => client.createCart(),
    getCart: () => client.getCart(id),
    getCartWithVersion: () => client.getCartWithVersion(id),
    setCart: () => client.setCart(id, {}),
    deleteCart: () => client.deleteCart(id),
    incrementQty: () => client.incrementQty(id, { id: 'mug' }, 1),
    setQty: () => client.setQty(id, 'mug', 1),
    removeItem: () => client.removeItem(id, 'mug'),
    mutate: () => client.mutate(id, [{ op: 'remove', skuId: 'mug' }]),
    mergeCart: () => client.mergeCart(id, unique()),
  };
};

/** The calls of each client, and the binding that is its own. */
const CLIENTS: [name: string, own: string, (namespace: ObjectHandle, id: string) => Calls][] = [
  ['RateLimiterClient', 'RATE_LIMIT_DO', (namespace, id) => limiter(namespace, id, 'throw')],
  ["RateLimiterClient, 'allow'", 'RATE_LIMIT_DO', (namespace, id) => limiter(namespace, id, 'allow')],
  ["RateLimiterClient, 'deny'", 'RATE_LIMIT_DO', (namespace, id) => limiter(namespace, id, 'deny')],
  ['CartStoreClient', 'CART_DO', (namespace, id) => carts(namespace, id, 'throw')],
  ["CartStoreClient, 'memory'", 'CART_DO', (namespace, id) => carts(namespace, id, 'memory')],
  [
    'SessionStoreClient',
    'SESSION_DO',
    (namespace, id) => {
      const sessions = new SessionStoreClient(namespace);
      return {
        get: () => sessions.get(id),
        set: () => sessions.set(record),
        delete: () => sessions.delete(id),
        list: () => sessions.list(id),
        revokeAll: () => sessions.revokeAll(id),
      };
    },
  ],
  [
    'SessionCacheClient with revocations',
    'SESSION_DO',
    (revocations, token) => {
      const kv = createStrictKv();
      // What was cached by a client whose binding was right.
      const cached = kv.put(`session:${token}`, JSON.stringify(session), { metadata: { asOf: 1 } });
      const sessions = new SessionCacheClient(kv, { revocations });
      const then = (go: () => Promise<unknown>) => () => cached.then(go);
      return {
        get: then(() => sessions.get(token)),
        getOrLoad: then(() => sessions.getOrLoad(unique(), () => session)),
        set: then(() => sessions.set(token, session)),
        delete: then(() => sessions.delete(token)),
        deleteUserSessions: then(() => sessions.deleteUserSessions('u')),
      };
    },
  ],
  [
    'LockClient',
    'COORDINATION_DO',
    (namespace, name) => {
      const locks = new LockClient(namespace);
      const lock = { name, fence: 1, expiresAt: 1, holder: 'holder' };
      return {
        acquire: () => locks.acquire(name, { ttlSeconds: 1 }),
        extend: () => locks.extend(lock, 1),
        release: () => locks.release(lock),
        withLock: () => locks.withLock(name, { ttlSeconds: 1 }, () => 'ran'),
      };
    },
  ],
  [
    'CounterClient',
    'COORDINATION_DO',
    (namespace, name) => {
      const counters = new CounterClient(namespace);
      return {
        increment: () => counters.increment(name),
        get: () => counters.get(name),
        reset: () => counters.reset(name),
      };
    },
  ],
  [
    'better-auth',
    'AUTH_DO',
    (namespace, key) => {
      const storage = secondaryStorage(namespace);
      const { consume } = rateLimitStorage(namespace);
      return {
        get: () => storage.get(key),
        set: () => storage.set(key, 'value'),
        delete: () => storage.delete(key),
        getAndDelete: () => storage.getAndDelete(key),
        increment: () => storage.increment(key, 60),
        consume: () => consume(key, { window: 60, max: 5 }),
      };
    },
  ],
];

describe.each(CLIENTS)('%s', (_, own, callsOf) => {
  it.each(CLASSES.filter((binding) => binding !== own))('on %s', async (binding) => {
    const codes: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const [method, call] of Object.entries(callsOf(bindings[binding] as ObjectHandle, unique()))) {
      codes[method] = await code(call());
      expected[method] = 'misconfigured';
    }
    expect(codes).toEqual(expected);
  });

  it.each(['KV', 'BUCKET', 'MISSING_BINDING'])('refuses %s', (binding) => {
    const refused = expect.objectContaining({ code: 'invalid_handle' });
    // Limits are kept on KV, too.
    if (own === 'RATE_LIMIT_DO' && binding === 'KV') return;
    expect(() => callsOf(bindings[binding] as ObjectHandle, unique())).toThrow(refused);
  });
});

const ON_KV: [string, (kv: KVHandle) => unknown][] = [
  ['CacheClient', (kv) => new CacheClient(kv)],
  ['KVClient', (kv) => new KVClient(kv)],
  ['SessionCacheClient', (kv) => new SessionCacheClient(kv)],
  ['RateLimiterClient', (kv) => new RateLimiterClient(kv)],
];

describe.each(ON_KV)('%s on KV', (name, make) => {
  it.each(['BUCKET', 'CART_DO', 'MISSING_BINDING', 'stub'])('refuses %s', (binding) => {
    const { CART_DO } = bindings as { CART_DO: { getByName(name: string): unknown } };
    const handle = binding === 'stub' ? CART_DO.getByName('a') : bindings[binding];
    if (name === 'RateLimiterClient' && binding === 'CART_DO') return;
    expect(() => make(handle as KVHandle)).toThrow(expect.objectContaining({ code: 'invalid_handle' }));
  });
});

it('a TypeError out of a handle is none of its failures, and no reason to admit', async () => {
  const wrong = (method: string) => Promise.reject(new TypeError(`Illegal invocation of ${method}`));
  const kv = { get: () => wrong('get'), put: () => wrong('put'), delete: () => wrong('delete') };
  const objects = {
    idFromName: () => {
      throw new TypeError('Illegal invocation');
    },
    get: () => ({}),
  };
  for (const onUnavailable of ['throw', 'allow', 'deny'] as const) {
    for (const handle of [kv, objects]) {
      const limits = new RateLimiterClient(handle as ObjectHandle, { onUnavailable });
      expect(await code(limits.checkLimit('a', five))).toBe('invalid_handle');
      expect(await code(limits.peek('a', five))).toBe('invalid_handle');
    }
  }
  expect(await code(new CartStoreClient(objects, { onUnavailable: 'memory' }).getCart('a'))).toBe(
    'invalid_handle',
  );
  const { events, onEvent } = listening();
  // A cache goes on without its KV, and its events say what is wrong.
  expect(await new CacheClient(kv, { onEvent }).getOrSet('a', 60, () => 1)).toBe(1);
  expect(events).toContainEqual(expect.objectContaining({ note: 'kv_failed', code: 'invalid_handle' }));
  // A connection that was lost is a failure as any other.
  const lost = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNRESET') }));
  const limits = new RateLimiterClient({ ...kv, get: lost }, { onUnavailable: 'allow' });
  expect(await limits.checkLimit('a', five)).toMatchObject({ allowed: true, degraded: true });
});
