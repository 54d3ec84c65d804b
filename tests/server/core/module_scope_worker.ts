// @ts-nocheck: the project that tests this has no types of the runtime.
// Calls every method where a Worker can do no I/O.

import { env } from 'cloudflare:workers';
import {
  CacheClient,
  CartStoreClient,
  CounterClient,
  KVClient,
  LockClient,
  RateLimiterClient,
  SessionCacheClient,
  SessionStoreClient,
} from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';

export * from '@codex/cloudflare-clients/durable-objects';

const five = { limit: 5, window: 60, keyPrefix: 'rl:' };
const session = { session: { userId: 'u', expiresAt: '2999-01-01T00:00:00.000Z' }, user: { id: 'u' } };
const record = { sessionId: 's', customerId: 'c', userAgent: 'Firefox', createdAt: new Date(0) };
const sku = { id: 'mug' };
const lock = { name: 'a', fence: 1, expiresAt: 1, holder: 'h' };

const calls = {};
const add = (name, made, methods) => {
  for (const [method, go] of Object.entries(methods)) calls[`${name}.${method}`] = () => go(made);
};

// With a time limit and without, since there are no timers either.
for (const options of [{}, { timeoutMs: 1_000 }]) {
  const suffix = options.timeoutMs ? ' with a time limit' : '';
  add(`CacheClient${suffix}`, new CacheClient(env.KV, options), {
    get: (cache) => cache.get('a'),
    getMany: (cache) => cache.getMany(['a', 'b']),
    set: (cache) => cache.set('a', 1, 60),
    delete: (cache) => cache.delete('a'),
    deleteMany: (cache) => cache.deleteMany(['a', 'b']),
    // A cache goes on without its KV.
    getOrSet: (cache) => cache.getOrSet('a', 60, () => 'loaded'),
    clear: (cache) => cache.clear({ prefix: 'a' }),
  });
  add(`KVClient${suffix}`, new KVClient(env.KV, options), {
    get: (kv) => kv.get('a'),
    getWithMetadata: (kv) => kv.getWithMetadata('a'),
    put: (kv) => kv.put('a', 'b'),
    delete: (kv) => kv.delete('a'),
    list: (kv) => kv.list().next(),
  });
  const cached = {
    get: (sessions) => sessions.get('t'),
    getOrLoad: (sessions) => sessions.getOrLoad('t', () => session),
    set: (sessions) => sessions.set('t', session),
    delete: (sessions) => sessions.delete('t'),
    deleteUserSessions: (sessions) => sessions.deleteUserSessions('u'),
  };
  add(`SessionCacheClient${suffix}`, new SessionCacheClient(env.KV, options), cached);
  const revocations = { ...options, revocations: env.SESSION_DO };
  add(`SessionCacheClient with revocations${suffix}`, new SessionCacheClient(env.KV, revocations), cached);
  add(`CartStoreClient${suffix}`, new CartStoreClient(env.CART_DO, { ...options, onUnavailable: 'memory' }), {
    createCart: (carts) => carts.createCart(),
    getCart: (carts) => carts.getCart('a'),
    getCartWithVersion: (carts) => carts.getCartWithVersion('a'),
    setCart: (carts) => carts.setCart('a', {}),
    deleteCart: (carts) => carts.deleteCart('a'),
    incrementQty: (carts) => carts.incrementQty('a', sku, 1, { idempotencyKey: 'k' }),
    setQty: (carts) => carts.setQty('a', 'mug', 1),
    removeItem: (carts) => carts.removeItem('a', 'mug'),
    mutate: (carts) => carts.mutate('a', [{ op: 'remove', skuId: 'mug' }]),
    mergeCart: (carts) => carts.mergeCart('a', 'b'),
  });
  add(`SessionStoreClient${suffix}`, new SessionStoreClient(env.SESSION_DO, options), {
    get: (store) => store.get('s'),
    set: (store) => store.set(record),
    delete: (store) => store.delete('s'),
    list: (store) => store.list('c'),
    revokeAll: (store) => store.revokeAll('c'),
  });
  add(`LockClient${suffix}`, new LockClient(env.COORDINATION_DO, options), {
    acquire: (locks) => locks.acquire('a', { ttlSeconds: 1 }),
    extend: (locks) => locks.extend(lock, 1),
    release: (locks) => locks.release(lock),
    withLock: (locks) => locks.withLock('a', { ttlSeconds: 1 }, () => 1),
  });
  add(`CounterClient${suffix}`, new CounterClient(env.COORDINATION_DO, options), {
    increment: (counters) => counters.increment('a'),
    get: (counters) => counters.get('a'),
    reset: (counters) => counters.reset('a'),
  });
  add(`secondaryStorage${suffix}`, secondaryStorage(env.AUTH_DO, { ...options, trackKeys: true }), {
    get: (storage) => storage.get('a'),
    set: (storage) => storage.set('a', 'v'),
    delete: (storage) => storage.delete('a'),
    getAndDelete: (storage) => storage.getAndDelete('a'),
    increment: (storage) => storage.increment('a', 60),
    listKeys: (storage) => storage.listKeys(),
    clear: (storage) => storage.clear(),
  });
  add(`rateLimitStorage${suffix}`, rateLimitStorage(env.AUTH_DO, options), {
    consume: (limits) => limits.consume('a', { window: 1, max: 1 }),
  });
  for (const onUnavailable of ['throw', 'allow']) {
    const limiter = { ...options, onUnavailable };
    const checks = {
      checkLimit: (limits) => limits.checkLimit('a', five),
      // Nobody is counted under it, so it is read.
      peek: (limits) => limits.peek('peeked', five),
      reset: (limits) => limits.reset('a', 'rl:'),
    };
    const name = `RateLimiterClient, ${onUnavailable}${suffix}`;
    add(`${name}, on KV`, new RateLimiterClient(env.KV, limiter), checks);
    add(name, new RateLimiterClient(env.RATE_LIMIT_DO, limiter), {
      ...checks,
      refund: (limits) => limits.refund('a', five),
      penalize: (limits) => limits.penalize('a', five),
      checkLimits: (limits) => limits.checkLimits('a', [five]),
    });
  }
}

const results = {};
for (const [name, go] of Object.entries(calls)) {
  results[name] = 'pending';
  Promise.resolve()
    .then(go)
    .then(
      (value) => (results[name] = { value: String(value) }),
      ({ name: kind, code, message, retryable, cause }) =>
        (results[name] = { kind, code, message, retryable, cause: String(cause) }),
    );
}

const cache = new CacheClient(env.KV);

export default {
  // The first answers what became of the calls; then the same clients work.
  async fetch(request) {
    if (new URL(request.url).pathname === '/works') {
      return Response.json(await cache.getOrSet('works', 60, () => 'works'));
    }
    return Response.json(results);
  },
};
