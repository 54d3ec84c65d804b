// What a caller passes is measured before it is copied, read once behind a guard, and an object where options belong.
import {
  CacheClient,
  CartStoreClient,
  CloudflareClientsError,
  CounterClient,
  clientKey,
  KVClient,
  LockClient,
  RateLimiterClient,
  rateLimitHeaders,
  SessionCacheClient,
  SessionStoreClient,
} from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { describe, expect, it } from 'vitest';
import { code } from '../../support/backend.js';
import { liveness } from '../../support/internal.js';

const sent: unknown[][] = [];
const answering = (reply: unknown) => ({
  idFromName: (name: string) => ({ name }),
  get: () =>
    new Proxy(
      {},
      {
        get:
          () =>
          async (...args: unknown[]) => {
            sent.push(args);
            return reply;
          },
      },
    ),
});
const objects = answering({ ok: true, value: null });
const five = { limit: 5, window: 60, keyPrefix: 'rl:' };
const now = Date.now();
const session = (id: string) => ({
  session: { expiresAt: new Date(now + 3_600_000), userId: id },
  user: { id },
});

const kv = createStrictKv();
const cache = new CacheClient(kv);
const plain = new KVClient(kv);
const sessions = new SessionCacheClient(kv);
const onKv = new RateLimiterClient(kv);
const exact = new RateLimiterClient(objects);
const carts = new CartStoreClient(objects);
const memory = new CartStoreClient(objects, { onUnavailable: 'memory' });
const store = new SessionStoreClient(objects);
const locks = new LockClient(objects);
const counters = new CounterClient(objects);
const auth = secondaryStorage(objects);
const { consume } = rateLimitStorage(objects);
const loose = (client: object) => client as Record<string, (...args: unknown[]) => Promise<unknown>>;
const record = { sessionId: 's', customerId: 'c', userAgent: 'Firefox', createdAt: new Date(now) };
const lock = { name: 'a', fence: 1, expiresAt: 1, holder: 'h' };

describe('a text of 40 MB', () => {
  const text = 'x'.repeat(4e7);
  const calls: Record<string, () => Promise<unknown>> = {
    'keyPrefix on KV': () => onKv.checkLimit('a', { ...five, keyPrefix: text }),
    'reset on KV': () => onKv.reset('a', text),
    checkLimits: () => exact.checkLimits('a', [{ ...five, keyPrefix: text }]),
    'cache.clear': () => cache.clear({ prefix: 'a', cursor: text }),
    'kv.put': () => plain.put('a', text),
    'kv.list': () => plain.list({ prefix: text }).next(),
    'cache.set': () => cache.set(text, 1, 60),
    'sessions.set': () => sessions.set(text, session('u')),
    'sessions.deleteUserSessions': () => sessions.deleteUserSessions(text),
    getCart: () => carts.getCart(text),
    'cart owner': () => carts.getCart('a', { owner: text }),
    'cart key': () => memory.setCart('a', {}, { idempotencyKey: text }),
    'store.get': () => store.get(text),
    'store.set': () => store.set({ ...record, sessionId: text }),
    acquire: () => locks.acquire(text, { ttlSeconds: 1 }),
    'holder of a lock': () => locks.release({ ...lock, holder: text }),
    increment: () => counters.increment(text),
    'auth.get': () => auth.get(text),
    'auth.set': () => auth.set('a', text),
    consume: () => consume(text, { window: 1, max: 1 }),
  };

  it.each(Object.keys(calls))('is refused, and not copied: %s', async (name) => {
    const before = liveness().memoryBytes;
    const refused = (await calls[name]?.().catch((error) => error)) as CloudflareClientsError;
    expect(refused).toBeInstanceOf(CloudflareClientsError);
    expect(['invalid_key', 'invalid_value', 'invalid_session', 'value_too_large', 'misconfigured']).toContain(
      refused.code,
    );
    expect(refused.message.length).toBeLessThan(200);
    expect(liveness().memoryBytes - before).toBeLessThan(2 ** 20);
  });

  it('finds nothing, and is not copied, where a visitor may have chosen the key', async () => {
    const before = liveness().memoryBytes;
    expect(await cache.get(text)).toBeNull();
    expect(await cache.getMany([text])).toEqual(new Map());
    expect(await cache.getOrSet(text, 60, () => 1)).toBe(1);
    expect(await plain.getWithMetadata(text)).toEqual({ value: null, metadata: null });
    expect(await sessions.get(text)).toBeNull();
    expect(await sessions.delete(text)).toBeUndefined();
    expect(liveness().memoryBytes - before).toBeLessThan(2 ** 20);
  });

  it('is not copied as a user agent, an address, or a user id', async () => {
    const before = liveness().memoryBytes;
    sent.length = 0;
    const numbered = new SessionStoreClient(answering({ ok: true, value: 1 }));
    expect(await code(numbered.set({ ...record, userAgent: text }))).toBe('misconfigured');
    await store.set({ ...record, userAgent: text }).catch(() => {});
    expect(clientKey(text)).toBe(text);
    await sessions.set('t', session(text)).catch(() => {});
    expect(JSON.stringify(sent).length).toBeLessThan(5_000);
    expect(liveness().memoryBytes - before).toBeLessThan(2 ** 20);
  });
});

describe('what is no object where options belong', () => {
  const calls: Record<string, (options: unknown) => Promise<unknown>> = {
    checkLimit: (options) => loose(onKv).checkLimit?.('a', five, options) as Promise<unknown>,
    checkLimits: (options) => loose(exact).checkLimits?.('a', [five], options) as Promise<unknown>,
    put: (options) => loose(plain).put?.('a', 'b', options) as Promise<unknown>,
    list: (options) => plain.list(options as never).next(),
    getOrSet: (options) => loose(cache).getOrSet?.('a', 60, () => 1, options) as Promise<unknown>,
    clear: (options) => loose(cache).clear?.(options) as Promise<unknown>,
    'sessions.set': (options) => loose(sessions).set?.('t', session('u'), options) as Promise<unknown>,
    createCart: (options) => loose(carts).createCart?.(options) as Promise<unknown>,
    getCart: (options) => loose(carts).getCart?.('a', options) as Promise<unknown>,
    setQty: (options) => loose(carts).setQty?.('a', 'b', 1, options) as Promise<unknown>,
    mergeCart: (options) => loose(carts).mergeCart?.('a', 'b', 'sum', options) as Promise<unknown>,
    acquire: (options) => loose(locks).acquire?.('a', options) as Promise<unknown>,
    increment: (options) => loose(counters).increment?.('a', 1, options) as Promise<unknown>,
  };

  it.each(Object.entries(calls))('%s', async (_, call) => {
    for (const options of [60, 'me', true, [], () => {}])
      expect(await code(call(options))).toBe('misconfigured');
    const getters = {};
    for (const name of [
      'cost',
      'expiration',
      'prefix',
      'waitUntil',
      'asOf',
      'owner',
      'ttlSeconds',
      'idempotencyKey',
    ]) {
      Object.defineProperty(getters, name, {
        get: () => {
          throw new Error('of a getter');
        },
      });
    }
    expect(await code(call(getters))).toBe('misconfigured');
  });

  it('options of calls are checked', async () => {
    expect(await code(cache.getOrSet('a', 60, () => 1, { waitUntil: 'yes' as never }))).toBe('misconfigured');
    for (const wrong of [{ allowEverything: 'yes' }, { cursor: 5 }, { onProgress: 1 }]) {
      expect(await code(cache.clear({ prefix: 'a', ...wrong } as never))).toBe('misconfigured');
    }
  });
});

it('what changes between two reads is read once, and a getter that throws is an error of ours', async () => {
  let reads = 0;
  const changing = {
    window: 60,
    keyPrefix: 'rl:',
    get limit() {
      reads += 1;
      return reads > 1 ? Symbol('not a number') : 5;
    },
  };
  expect(await onKv.checkLimit('changing', changing as never)).toMatchObject({ remaining: 4 });
  expect(reads).toBe(1);
  const throwing = {
    get limit(): number {
      throw new Error('of a getter');
    },
    window: 60,
    keyPrefix: 'rl:',
  };
  for (const call of [onKv.checkLimit('a', throwing), exact.checkLimits('a', [throwing])]) {
    expect(await code(call)).toBe('invalid_limit');
  }
  expect(() => rateLimitHeaders({} as never, throwing)).toThrow(CloudflareClientsError);
  const options = {
    get onEvent(): never {
      throw new Error('of a getter');
    },
  };
  for (const make of [
    () => new CacheClient(kv, options),
    () => new RateLimiterClient(kv, options),
    () => new CartStoreClient(objects, options),
    () => new SessionCacheClient(kv, options),
    () => secondaryStorage(objects, options),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: 'misconfigured' }));
  }
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(() => new KVClient(kv, proxy)).toThrow(expect.objectContaining({ code: 'misconfigured' }));
});

describe('a reply', () => {
  const throwing = (name: string) =>
    Object.defineProperty({ ok: true }, name, {
      enumerable: true,
      get: () => {
        throw new Error('of a getter');
      },
    });
  const nothing = { at: now, revokedAt: 0, tokens: [], moments: [] };
  const wrong: [string, unknown][] = [
    ['a getter of value that throws', throwing('value')],
    ['a getter of its class that throws', throwing('class')],
    ['a getter in its value', { ok: true, value: throwing('revokedAt') }],
    ['no value', { ok: true }],
    ['a number', { ok: true, value: 7n }],
    ['an empty object', { ok: true, value: {} }],
    ['no tokens', { ok: true, value: { at: now, revokedAt: 0 } }],
    ['a moment too few', { ok: true, value: { ...nothing, tokens: ['a'] } }],
    ['no number', { ok: true, value: { ...nothing, revokedAt: '0' } }],
    ['nothing', undefined],
  ];

  it.each(wrong)('of another shape is an error: %s', async (_, reply) => {
    const namespace = answering(reply);
    const storage = secondaryStorage(namespace);
    for (const call of [
      new SessionStoreClient(namespace).get('a'),
      new SessionStoreClient(namespace).set(record),
      new SessionStoreClient(namespace).list('a'),
      new SessionStoreClient(namespace).revokeAll('a'),
      new SessionStoreClient(namespace).delete('a'),
      new CartStoreClient(namespace).getCart('a'),
      new CartStoreClient(namespace).setQty('a', 'b', 1),
      new RateLimiterClient(namespace, { onUnavailable: 'allow' }).checkLimit('a', five),
      new LockClient(namespace).acquire('a', { ttlSeconds: 1 }),
      new CounterClient(namespace).get('a'),
      storage.get('a'),
      storage.increment('a', 60),
      storage.getAndDelete('a'),
      rateLimitStorage(namespace).consume('a', { window: 1, max: 1 }),
    ]) {
      expect(await code(call)).toBe('misconfigured');
    }
  });

  it.each(wrong)('closes the gate of revocations: %s', async (_, reply) => {
    const store = createStrictKv();
    const cached = {
      ...session('u'),
      session: { ...session('u').session, expiresAt: new Date(now + 1e6).toISOString() },
    };
    await store.put('session:t', JSON.stringify(cached), { metadata: { asOf: now } });
    const gated = new SessionCacheClient(store, { revocations: answering(reply) });
    expect(await code(gated.get('t'))).toBe('misconfigured');
    expect(await code(gated.deleteUserSessions('u'))).toBe('misconfigured');
    expect(await code(gated.delete('t'))).toBe('misconfigured');
  });
});

it('methods work without their object', async () => {
  const { set, get } = cache;
  await set('unbound', 1, 60);
  expect(await get('unbound')).toBe(1);
  const { put, list } = plain;
  await put('unbound:b', 'b');
  expect((await list({ prefix: 'unbound:' }).next()).value).toMatchObject({ name: 'unbound:b' });
  const { peek } = onKv;
  expect(await peek('unbound', five)).toMatchObject({ remaining: 5 });
  const { get: session } = sessions;
  expect(await session('unbound')).toBeNull();
  const { getCart } = carts;
  expect(await getCart('a')).toEqual({});
  const { get: stored } = store;
  expect(await stored('a')).toBeNull();
  const { get: counted } = new CounterClient(answering({ ok: true, value: 3 }));
  expect(await counted('a')).toBe(3);
  const { release } = new LockClient(answering({ ok: true, value: true }));
  expect(await release(lock)).toBe(true);
  // They can still be replaced, and are what they were on the prototype.
  const mocked = new CacheClient(kv);
  mocked.get = async () => 'mocked' as never;
  expect(await mocked.get('a')).toBe('mocked');
  expect(await CacheClient.prototype.get.call(cache, 'unbound')).toBe(1);
});

it('an error as JSON says what it is, and neither keys nor cause', () => {
  const error = new CloudflareClientsError('partial_failure', 'why', {
    retryable: true,
    cause: new Error('secret'),
    keys: ['session:secret'],
  });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'CloudflareClientsError',
    code: 'partial_failure',
    message: 'why',
    retryable: true,
  });
});
