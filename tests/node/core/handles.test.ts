// A handle is what it does: proxies of a binding are the binding, and what has another kind's methods is none.
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
import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { describe, expect, it, vi } from 'vitest';
import { code } from '../../support/backend.js';
import { changing, traced } from '../../support/handles.js';
import { failure } from '../../support/interception.js';
import { MockKV } from '../../support/mock_kv.js';

const five = { limit: 5, window: 60, keyPrefix: 'rl:' };
const session = {
  session: { id: 's', userId: 'u', token: 't', expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
  user: { id: 'u', email: 'u@example.org', name: 'U', role: 'customer' as const, emailVerified: true },
};

/** A namespace whose objects answer with `value`, or fail. */
const objects = (answer: () => Promise<unknown>) => ({
  idFromName: (name: string) => ({ name }),
  get: () => new Proxy({}, { get: () => answer }),
});
const answering = (value: unknown) => objects(async () => ({ ok: true, value }));
const down = objects(() => Promise.reject(failure({})));

describe('a proxy on which unknown properties throw', () => {
  const three = () => {
    const kv = new MockKV();
    return traced({ get: kv.get.bind(kv), put: kv.put.bind(kv), delete: kv.delete.bind(kv) });
  };

  it.each([
    ['a full handle', () => traced(createStrictKv())],
    ['get, put and delete', three],
  ])('is a KV namespace: %s', async (_, kv) => {
    expect(await new CacheClient(kv()).getOrSet('a', 60, () => 1)).toBe(1);
    await new KVClient(kv()).put('b', 'text');
    await new SessionCacheClient(kv()).set('t', session);
    expect(await new RateLimiterClient(kv()).checkLimit('a', five)).toMatchObject({ remaining: 4 });
  });

  it('is a namespace of objects', async () => {
    const namespace = (value: unknown) => traced(answering(value));
    expect(await new RateLimiterClient(namespace([1, 4, 9, 0, 0])).checkLimit('a', five)).toMatchObject({
      remaining: 4,
    });
    expect(await new CounterClient(namespace(7)).get('a')).toBe(7);
    expect(await new CartStoreClient(namespace([1, '{}'])).getCart('a')).toEqual({});
    expect(await new SessionStoreClient(namespace(null)).get('a')).toBeNull();
    expect(await secondaryStorage(namespace(null)).get('a')).toBeNull();
    expect(new SessionCacheClient(traced(createStrictKv()), { revocations: namespace(null) })).toBeDefined();
  });
});

describe('what has methods of any name, or those of another kind, is refused', () => {
  // A stub of an object or of a service answers to every name.
  const stub = new Proxy({}, { get: () => async () => null }) as never;
  const bucket = {
    ...{ get: async () => null, put: async () => null, delete: async () => {} },
    ...{ head: async () => null, list: async () => ({}), createMultipartUpload: async () => ({}) },
  } as never;
  const clients: [string, (handle: never) => unknown][] = [
    ['CacheClient', (handle) => new CacheClient(handle)],
    ['KVClient', (handle) => new KVClient(handle)],
    ['SessionCacheClient', (handle) => new SessionCacheClient(handle)],
    ['revocations', (handle) => new SessionCacheClient(createStrictKv(), { revocations: handle })],
    ['RateLimiterClient', (handle) => new RateLimiterClient(handle)],
    ['CartStoreClient', (handle) => new CartStoreClient(handle)],
    ['SessionStoreClient', (handle) => new SessionStoreClient(handle)],
    ['LockClient', (handle) => new LockClient(handle)],
    ['CounterClient', (handle) => new CounterClient(handle)],
    ['secondaryStorage', (handle) => secondaryStorage(handle)],
    ['rateLimitStorage', (handle) => rateLimitStorage(handle)],
  ];

  it.each(clients)('%s', (_, make) => {
    const refused = (got: string) =>
      expect.objectContaining({ code: 'invalid_handle', message: expect.stringContaining(got) });
    expect(() => make(stub)).toThrow(refused('got a stub or a service binding'));
    expect(() => make(traced(bucket))).toThrow(refused('got an R2 bucket'));
    expect(() => make(bucket)).toThrow(refused('got an R2 bucket'));
  });
});

describe('a handle that is another object at each call is known by the name of the binding', () => {
  it('counts of limits on KV', async () => {
    const env = changing(createStrictKv());
    const check = () => new RateLimiterClient(env(), { name: 'LIMIT_KV' }).checkLimit('a', five);
    const results = await Promise.all(Array.from({ length: 50 }, check));
    expect(results.filter(({ allowed }) => allowed)).toHaveLength(5);
    // Another name is another namespace.
    expect(await new RateLimiterClient(env(), { name: 'OTHER_KV' }).peek('b', five)).toMatchObject({
      remaining: 5,
    });
  });

  it('also where the same handle object was known before it had a name', async () => {
    const env = changing(createStrictKv());
    const first = env();
    await new RateLimiterClient(first).checkLimit('a', five);
    await new RateLimiterClient(first, { name: 'NAMED_LATER' }).checkLimit('a', five);
    await new RateLimiterClient(env(), { name: 'NAMED_LATER' }).checkLimit('a', five);
    expect(await new RateLimiterClient(first).peek('a', five)).toMatchObject({ remaining: 2 });
  });

  it('refusals of limits on objects', async () => {
    const answer = vi.fn(async () => ({ ok: true, value: [0, 0, Date.now() + 60_000, 60_000, 0] }));
    const env = changing(objects(answer));
    const check = (options = {}) => new RateLimiterClient(env(), options).checkLimit('a', five);
    for (let i = 0; i < 3; i++) expect((await check({ name: 'LIMIT_DO' })).allowed).toBe(false);
    expect(answer).toHaveBeenCalledTimes(1);
    // In another jurisdiction it is another object.
    await check({ name: 'OTHER_LIMIT_DO' });
    expect(answer).toHaveBeenCalledTimes(2);
  });

  it('loads that are under way', async () => {
    const env = changing(createStrictKv());
    const load = vi.fn(async () => 1);
    const get = () => new CacheClient(env(), { name: 'CACHE_KV' }).getOrSet('a', 60, load);
    expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('revocations', async () => {
    const kv = createStrictKv();
    const calls: string[] = [];
    const now = Date.now();
    const reply = { at: now, revokedAt: 0, tokens: [], moments: [], users: [], untils: [] };
    const namespace = {
      idFromName: (name: string) => ({ name }),
      get: () =>
        new Proxy(
          {},
          {
            get: (_, method: string) => async () => {
              calls.push(method);
              return { ok: true, value: reply };
            },
          },
        ),
    };
    const env = changing(namespace);
    const sessions = () => new SessionCacheClient(kv, { revocations: env(), revocationsName: 'SESSION_DO' });
    await sessions().set('t', session);
    for (let i = 0; i < 3; i++) expect(await sessions().get('t')).not.toBeNull();
    expect(calls).toEqual(['fillToken', 'stampFill', 'readRevocations']);
  });

  it('carts in memory, and those of a jurisdiction without a name', async () => {
    const onEvent = () => {};
    const env = changing(down);
    const named = () => new CartStoreClient(env(), { name: 'CART_DO', onUnavailable: 'memory', onEvent });
    await named().incrementQty('id', { id: 'mug' }, 2);
    expect(await named().getCart('id')).toMatchObject({ mug: { qty: 2 } });

    const placed = { ...down, jurisdiction: () => ({ ...down }) };
    const inEu = () => new CartStoreClient(placed, { jurisdiction: 'eu', onUnavailable: 'memory', onEvent });
    await inEu().incrementQty('id', { id: 'cup' }, 3);
    expect(await inEu().getCart('id')).toMatchObject({ cup: { qty: 3 } });
    const elsewhere = new CartStoreClient(placed, { onUnavailable: 'memory', onEvent });
    expect(await elsewhere.getCart('id')).toEqual({});
  });
});

it('what a namespace says of a jurisdiction is passed on, and data stays where it may be', async () => {
  const cause = new Error('fedramp is not for this account');
  const jurisdiction = () => {
    throw cause;
  };
  const refusing = { ...down, jurisdiction };
  expect(() => new LockClient(refusing, { jurisdiction: 'fedramp' })).toThrow(
    expect.objectContaining({ code: 'unsupported', cause }),
  );
  expect(await code(new LockClient(down).acquire('a', { ttlSeconds: 1 }))).toBe('object_unavailable');
});
