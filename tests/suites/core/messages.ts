// What each method says of a bad argument: it names the thing that was given, shows a number, and never a text.
import type { KVHandle, ObjectHandle } from '@codex/cloudflare-clients';
import * as clients from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { describe, expect, it } from 'vitest';

/** What the clients are made on. */
export interface Bindings {
  kv: KVHandle;
  objects: (binding: string) => ObjectHandle;
  /** Whether the objects answer: some arguments only they refuse. */
  answering: boolean;
}

type Call = () => unknown;
type Case = [go: Call, says: string];
type Method = [name: string, ...cases: Case[]];

const SECRET = 'secret-token';
// Too long for every name, key and id.
const long = SECRET.repeat(6_000);
const five = { limit: 5, window: 60, keyPrefix: 'rl:' };
const sku = { id: 'mug' };
const never = null as never;

const session = (over: object) => ({
  session: { expiresAt: new Date(Date.now() + 3_600_000), userId: 'u', ...over },
  user: { id: 'u' },
});
const record = { sessionId: 's', customerId: 'c', userAgent: 'Firefox', createdAt: new Date() };

function values(kv: KVHandle): Method[] {
  const cache = new clients.CacheClient(kv);
  const plain = new clients.KVClient(kv);
  return [
    [
      'CacheClient.get',
      [() => cache.get(''), 'The key is empty'],
      [() => cache.get('..'), 'The key must not be "." or ".."'],
      [() => cache.get(7 as never), 'The key must be a string, not a number'],
    ],
    [
      'CacheClient.getMany',
      [() => cache.getMany(['a', '']), 'A key is empty'],
      [() => cache.getMany('a' as never), 'keys must be an array of strings, not a string'],
    ],
    [
      'CacheClient.set',
      [() => cache.set(long, 1, 60), 'The key has 72000 bytes'],
      [() => cache.set('a', 1, -1.5), 'ttlSeconds must be a finite number of seconds above 0, not -1.5'],
      [() => cache.set('a', 1, Number.NaN), 'ttlSeconds must be a finite number of seconds above 0, not NaN'],
      [
        () => cache.set('a', 1, 1e12),
        'ttlSeconds must be at most 3155760000 seconds (100 years), not 1000000000000',
      ],
      [() => cache.set('a', 1, '60' as never), 'ttlSeconds must be a number, not a string'],
      [() => cache.set('a', undefined as never, 60), 'The value cannot be stored as JSON: it is undefined'],
    ],
    ['CacheClient.delete', [() => cache.delete(''), 'The key is empty']],
    ['CacheClient.deleteMany', [() => cache.deleteMany(['.']), 'A key must not be']],
    [
      'CacheClient.getOrSet',
      [() => cache.getOrSet('', 60, () => 1), 'The key is empty'],
      [
        () => cache.getOrSet('a', Infinity, () => 1),
        'ttlSeconds must be a finite number of seconds above 0, not Infinity',
      ],
      [() => cache.getOrSet('a', 60, SECRET as never), 'fetchFn must be a function, not a string'],
      [
        () => cache.getOrSet('a', 60, () => 1, { joinTimeoutMs: 0 }),
        'The option joinTimeoutMs must be a number of ms above 0',
      ],
    ],
    [
      'CacheClient.clear',
      [() => cache.clear(never), 'prefix must be a string, not undefined'],
      [() => cache.clear({ prefix: '' }), 'An empty prefix deletes everything'],
      [
        () => cache.clear({ prefix: 'a', cursor: 7 as never }),
        'The option cursor must be a string, not a number',
      ],
    ],
    ['KVClient.get', [() => plain.get(''), 'The key is empty']],
    ['KVClient.getWithMetadata', [() => plain.getWithMetadata('.'), 'The key must not be']],
    [
      'KVClient.put',
      [() => plain.put('', 'b'), 'The key is empty'],
      [() => plain.put('a', 7 as never), 'The value must be a string, not a number'],
      [
        () => plain.put('a', 'b', { expirationTtl: 59 }),
        'expirationTtl must be whole seconds from 60 to 2147483647 (68 years), as KV has it, not 59',
      ],
      [
        () => plain.put('a', 'b', { expiration: 1 }),
        'expiration must be whole seconds since the epoch, at least 60 seconds from now, not 1',
      ],
      [
        () => plain.put('a', 'b', { metadata: { by: [1n] } }),
        'The metadata cannot be stored as JSON: by[0] is a BigInt',
      ],
      [() => plain.put('a', 'b', { metadata: long }), 'The metadata has 72002 bytes'],
    ],
    ['KVClient.delete', [() => plain.delete(''), 'The key is empty']],
    [
      'KVClient.list',
      [() => plain.list({ prefix: 7 as never }).next(), 'prefix must be a string, not a number'],
      [() => plain.list({ pageSize: 0 }).next(), 'pageSize must be a whole number from 1 to 1000, not 0'],
    ],
  ];
}

function sessions(kv: KVHandle): Method[] {
  const cached = new clients.SessionCacheClient(kv);
  const set = (over: object) => () => cached.set('t', session(over) as never);
  return [
    ['SessionCacheClient.get', [() => cached.get(''), 'The token is empty']],
    [
      'SessionCacheClient.getOrLoad',
      [() => cached.getOrLoad('', () => null), 'The token is empty'],
      [() => cached.getOrLoad(7 as never, () => null), 'The token must be a string, not a number'],
      [() => cached.getOrLoad('t', SECRET as never), 'The loader must be a function, not a string'],
      [
        () => cached.getOrLoad('t', () => session({ by: new Map() }) as never),
        'The session cannot be stored as JSON: session.by is a Map',
      ],
    ],
    [
      'SessionCacheClient.set',
      [() => cached.set('', session({}) as never), 'The token is empty'],
      [() => cached.set(long, session({}) as never), 'The token has more than 16384 characters'],
      [
        () => cached.set(SECRET.repeat(60), session({}) as never),
        'The token, in its key, has 728 bytes of UTF-8; KV takes at most 512',
      ],
      [set({ expiresAt: SECRET }), 'session.expiresAt must be a Date or an ISO 8601 string'],
      [set({ userId: [] }), 'session.userId and user.id must be strings or whole numbers'],
      [set({ userId: SECRET.repeat(40) }), 'session.userId or user.id, in the key of its entry, has '],
      [set({ n: 1n }), 'The session cannot be stored as JSON: session.n is a BigInt'],
      [() => cached.set('t', 7 as never), 'A cached session is { session, user }'],
      [
        () => cached.set('t', session({}) as never, { asOf: Number.NaN }),
        'asOf must be a Date or ms since the epoch, not NaN',
      ],
    ],
    ['SessionCacheClient.delete', [() => cached.delete(''), 'The token is empty']],
    [
      'SessionCacheClient.deleteUserSessions',
      [() => cached.deleteUserSessions(1.5), 'userId must be a string or a whole number'],
      [() => cached.deleteUserSessions(long), 'userId is too long'],
      [() => cached.deleteUserSessions(SECRET.repeat(42)), 'userId, in the keys of its entries, has '],
    ],
  ];
}

function limits(handle: KVHandle | ObjectHandle): Method[] {
  const limiter = new clients.RateLimiterClient(handle as KVHandle);
  const withLimit = (go: (id: string, limit: clients.RateLimitConfig, cost?: number) => unknown): Case[] => [
    [() => go(7 as never, five), 'The identifier must be a string, not a number'],
    [() => go('', { ...five, keyPrefix: '' }), 'The identifier is empty'],
    [() => go('a', { ...five, keyPrefix: 7 as never }), 'keyPrefix must be a string, not a number'],
    [() => go('a', { ...five, keyPrefix: SECRET.repeat(43) }), 'keyPrefix has '],
    [() => go('a', { ...five, limit: -1 }), 'limit must be a whole number from 0 to 2^53 - 1, not -1'],
    [
      () => go('a', { ...five, window: 0.5 }),
      'window must be a whole number of seconds from 1 to 2678400 (31 days), not 0.5',
    ],
    [() => go('a', { ...five, window: '60' as never }), 'window must be a number, not a string'],
    [() => go('a', { ...five, algorithm: SECRET as never }), 'algorithm must be '],
    [() => go('a', never), 'limit must be a number, not undefined'],
    [() => go('a', 7 as never), 'A limit must be an object, not 7'],
  ];
  const withCost = (go: (id: string, limit: clients.RateLimitConfig, cost?: number) => unknown): Case[] => [
    ...withLimit(go),
    [() => go('a', five, 0), 'cost must be a whole number from 1 to 2^53 - 1, not 0'],
  ];
  const methods: Method[] = [
    [
      'RateLimiterClient.checkLimit',
      ...withCost((id, limit, cost) => limiter.checkLimit(id, limit, { cost })),
    ],
    ['RateLimiterClient.peek', ...withLimit((id, limit) => limiter.peek(id, limit))],
    [
      'RateLimiterClient.reset',
      [() => limiter.reset(7 as never, 'rl:'), 'The identifier must be a string'],
      [() => limiter.reset('a', SECRET.repeat(43)), 'keyPrefix has '],
      [() => limiter.reset('', ''), 'The identifier is empty'],
    ],
  ];
  if (!('idFromName' in handle)) return methods;
  return [
    ...methods,
    ['RateLimiterClient.refund', ...withCost((id, limit, cost) => limiter.refund(id, limit, cost))],
    ['RateLimiterClient.penalize', ...withCost((id, limit, cost) => limiter.penalize(id, limit, cost))],
    [
      'RateLimiterClient.checkLimits',
      ...withCost((id, limit, cost) => limiter.checkLimits(id, [limit], { cost })),
      [() => limiter.checkLimits('a', 7 as never), 'configs must be an array of 1 to 16 limits, not 7'],
      [() => limiter.checkLimits('a', []), 'checkLimits takes 1 to 16 limits'],
      [() => limiter.checkLimits('a', [five, five]), 'The limits of one call need different keyPrefixes'],
    ],
  ];
}

function carts(objects: ObjectHandle, answering: boolean): Method[] {
  // A busy machine may take long for the first call on an object.
  const client = new clients.CartStoreClient(objects, { timeoutMs: 50_000 });
  const ofObject = (...cases: Case[]): Case[] => (answering ? cases : []);
  // Of an id, and of the options that all methods take.
  const ofCart = (go: (id: string, options?: object) => unknown): Case[] => [
    [() => go(7 as never), 'The id of the cart must be a string, not a number'],
    [() => go(''), 'The id of the cart must have 1 to 512 bytes'],
    [() => go(SECRET.repeat(43)), 'The id of the cart must have 1 to 512 bytes'],
    [() => go('a', { owner: 7 }), 'owner must be a string, not a number'],
    ...ofObject([() => go('a', { owner: SECRET.repeat(43) }), 'An owner must be a string of 1 to 512 bytes']),
  ];
  const ofChange = (go: (id: string, options?: object) => unknown): Case[] => [
    ...ofCart(go),
    [() => go('a', { idempotencyKey: 7 }), 'idempotencyKey must be a string, not a number'],
    [() => go('a', { idempotencyKey: '\u0001' }), 'An idempotency key must not begin with U+0001'],
    [() => go('a', { ifVersion: '1' }), 'ifVersion must be a number, not a string'],
    ...ofObject([
      () => go('a', { ifVersion: 0.5 }),
      'ifVersion must be a version that getCartWithVersion returned',
    ]),
  ];
  const qty = 'qty must be a whole number from -1000000 to 1000000, not ';
  return [
    [
      'CartStoreClient.createCart',
      [() => client.createCart({ owner: 7 as never }), 'owner must be a string'],
    ],
    ['CartStoreClient.getCart', ...ofCart((id, options) => client.getCart(id, options))],
    [
      'CartStoreClient.getCartWithVersion',
      ...ofCart((id, options) => client.getCartWithVersion(id, options)),
    ],
    [
      'CartStoreClient.setCart',
      ...ofChange((id, options) => client.setCart(id, {}, options)),
      [
        () => client.setCart('a', { mug: { sku: { id: 'mug', by: new Map() }, qty: 1 } }),
        'The content of a cart cannot be stored as JSON: mug.sku.by is a Map',
      ],
      ...ofObject([
        () => client.setCart('a', { [SECRET]: { sku, qty: 1 } }),
        'A cart is { [sku.id, or sku.id:size]',
      ]),
    ],
    ['CartStoreClient.deleteCart', ...ofChange((id, options) => client.deleteCart(id, options))],
    [
      'CartStoreClient.incrementQty',
      ...ofChange((id, options) => client.incrementQty(id, sku, 1, options ?? {})),
      [() => client.incrementQty('a', sku, 0.5), `${qty}0.5`],
      [
        () => client.incrementQty('a', { ...sku, price: 1n }, 1),
        'The content of a cart cannot be stored as JSON: sku.price is a BigInt',
      ],
      ...ofObject(
        [() => client.incrementQty('a', {} as never, 1), 'sku must be an object with a string id'],
        [
          () => client.incrementQty('a', { id: SECRET.repeat(43) }, 1),
          'The key of a line (sku.id, or sku.id:size) must be',
        ],
      ),
    ],
    [
      'CartStoreClient.setQty',
      ...ofChange((id, options) => client.setQty(id, 'mug', 1, options)),
      [() => client.setQty('a', 7 as never, 1), 'skuId must be a string, not a number'],
      [() => client.setQty('a', 'mug', '1' as never), `${qty}a string`],
      ...ofObject([() => client.setQty('a', '', 1), 'The key of a line (sku.id, or sku.id:size) must be']),
    ],
    [
      'CartStoreClient.removeItem',
      ...ofChange((id, options) => client.removeItem(id, 'mug', options)),
      [() => client.removeItem('a', 7 as never), 'skuId must be a string, not a number'],
    ],
    [
      'CartStoreClient.mutate',
      ...ofChange((id, options) => client.mutate(id, [{ op: 'remove', skuId: 'mug' }], options)),
      ...ofObject(
        [() => client.mutate('a', []), 'A change is '],
        [() => client.mutate('a', [{ op: 'setQty', skuId: 'mug', qty: 0.5 }]), 'qty must be a whole number'],
      ),
    ],
    [
      'CartStoreClient.mergeCart',
      [() => client.mergeCart(7 as never, 'b'), 'fromId must be a string, not a number'],
      [() => client.mergeCart('', 'b'), 'fromId must have 1 to 512 bytes'],
      [() => client.mergeCart('a', 7 as never), 'intoId must be a string, not a number'],
      [() => client.mergeCart('a', ''), 'intoId must have 1 to 512 bytes'],
      [() => client.mergeCart('a', 'a'), 'A cart cannot be merged into itself'],
      [() => client.mergeCart('a', 'b', 7 as never), 'policy must be a string, not a number'],
    ],
  ];
}

function stored(objects: ObjectHandle): Method[] {
  const store = new clients.SessionStoreClient(objects);
  const ofId = (what: string, go: (id: string) => unknown): Case[] => [
    [() => go(7 as never), `${what} must be a string, not a number`],
    [() => go(''), `${what} must have 1 to 512 bytes`],
    [() => go(SECRET.repeat(43)), `${what} must have 1 to 512 bytes`],
  ];
  const set = (over: object) => () => store.set({ ...record, ...over } as never);
  return [
    ['SessionStoreClient.get', ...ofId('sessionId', (id) => store.get(id))],
    ['SessionStoreClient.delete', ...ofId('sessionId', (id) => store.delete(id))],
    ['SessionStoreClient.list', ...ofId('customerId', (id) => store.list(id))],
    ['SessionStoreClient.revokeAll', ...ofId('customerId', (id) => store.revokeAll(id))],
    [
      'SessionStoreClient.set',
      [set({ sessionId: 7 }), 'sessionId must be a string, not a number'],
      [set({ sessionId: '€'.repeat(171) }), 'sessionId must have 1 to 512 bytes'],
      [set({ customerId: '' }), 'customerId must have 1 to 512 characters'],
      [set({ userAgent: 7 }), 'userAgent must be a string, not 7'],
      [set({ createdAt: SECRET }), 'createdAt must be a Date that names a moment'],
      [set({ createdAt: 7 }), 'createdAt must be a Date, or an ISO 8601 string, that names a moment, not 7'],
      [() => store.set(SECRET as never), 'A session record must be an object, not a string'],
    ],
  ];
}

function coordination(objects: ObjectHandle): Method[] {
  const locks = new clients.LockClient(objects);
  const counters = new clients.CounterClient(objects);
  const held = { name: 'a', fence: 1, expiresAt: 1, holder: 'h' };
  const ttl = 'ttlSeconds must be a number of seconds above 0, at most 100 years, not ';
  const ofName = (what: string, go: (name: string) => unknown): Case[] => [
    [() => go(7 as never), `${what} must be a string, not a number`],
    [() => go('..'), `${what} must not be "." or ".."`],
    [() => go(''), `${what} must have 1 to 512 bytes`],
    [() => go(SECRET.repeat(43)), `${what} must have 1 to 512 bytes`],
  ];
  const ofLock = (go: (lock: clients.Lock) => unknown): Case[] => [
    [() => go(7 as never), 'A lock must be an object, not 7'],
    [() => go({ ...held, holder: undefined as never }), 'Not a lock that acquire() returned'],
    ...ofName('The name of the lock', (name) => go({ ...held, name })),
  ];
  return [
    [
      'LockClient.acquire',
      ...ofName('The name of the lock', (name) => locks.acquire(name, { ttlSeconds: 1 })),
      [() => locks.acquire('a', { ttlSeconds: 0 }), `${ttl}0`],
      [
        () => locks.acquire('a', { ttlSeconds: 1, waitMs: -1 }),
        'waitMs must be a number of ms from 0 to 2147483647, not -1',
      ],
      [
        () => locks.acquire('a', { ttlSeconds: 1, signal: {} as never }),
        'signal must be an AbortSignal, not an object',
      ],
    ],
    [
      'LockClient.extend',
      ...ofLock((lock) => locks.extend(lock, 1)),
      [() => locks.extend(held, -1), `${ttl}-1`],
    ],
    ['LockClient.release', ...ofLock((lock) => locks.release(lock))],
    [
      'LockClient.withLock',
      ...ofName('The name of the lock', (name) => locks.withLock(name, { ttlSeconds: 1 }, () => 1)),
      [() => locks.withLock('a', { ttlSeconds: 1 }, SECRET as never), 'fn must be a function, not a string'],
      [
        () => locks.withLock('a', { ttlSeconds: 2, maxHoldSeconds: 1 }, () => 1),
        'maxHoldSeconds must be a number of seconds, ttlSeconds or more, not 1',
      ],
    ],
    [
      'CounterClient.increment',
      ...ofName('The name of the counter', (name) => counters.increment(name)),
      [() => counters.increment('a', 0.5), 'by must be a safe integer, not 0.5'],
      [
        () => counters.increment('a', 1, { idempotencyKey: 7 as never }),
        'An idempotency key must be a string, not a number',
      ],
    ],
    ['CounterClient.get', ...ofName('The name of the counter', (name) => counters.get(name))],
    ['CounterClient.reset', ...ofName('The name of the counter', (name) => counters.reset(name))],
  ];
}

function auth(objects: ObjectHandle): Method[] {
  const storage = secondaryStorage(objects);
  const { consume } = rateLimitStorage(objects);
  const ofKey = (go: (key: string) => unknown): Case[] => [
    [() => go(7 as never), 'The key must be a string, not a number'],
    [() => go(''), 'The key, with the keyPrefix where there is one, must have 1 to 2048 bytes'],
    [() => go('\u0001'), 'The key must not begin with U+0001'],
  ];
  return [
    ['secondaryStorage.get', ...ofKey((key) => storage.get(key))],
    [
      'secondaryStorage.set',
      ...ofKey((key) => storage.set(key, 'v')),
      [() => storage.set('a', 7 as never), 'The value must be a string, not a number'],
      [() => storage.set('a', 'v', -1), 'ttl must be a finite number of seconds above 0, not -1'],
      [() => storage.set('a', 'v', '1' as never), 'ttl must be a number, not a string'],
    ],
    ['secondaryStorage.delete', ...ofKey((key) => storage.delete(key))],
    ['secondaryStorage.getAndDelete', ...ofKey((key) => storage.getAndDelete(key))],
    [
      'secondaryStorage.increment',
      ...ofKey((key) => storage.increment(key, 1)),
      [() => storage.increment('a', 0), 'ttl must be a finite number of seconds above 0, not 0'],
    ],
    ['secondaryStorage.listKeys', [() => storage.listKeys(), 'listKeys needs the option trackKeys']],
    ['secondaryStorage.clear', [() => storage.clear(), 'clear needs the option trackKeys']],
    [
      'rateLimitStorage.consume',
      ...ofKey((key) => consume(key, { window: 1, max: 1 })),
      [() => consume('a', { window: 0, max: 1 }), 'A rule is { window, max }'],
      [() => consume('a', 7 as never), 'A rule must be an object, not 7'],
    ],
  ];
}

// The methods that the package has, of which none may be forgotten.
function methodsThere({ kv, objects }: Bindings): string[] {
  const classes = Object.entries(clients).filter(([name]) => name.endsWith('Client'));
  const ofClasses = classes.flatMap(([name, Client]) =>
    Object.getOwnPropertyNames((Client as { prototype: object }).prototype).map(
      (method) => `${name}.${method}`,
    ),
  );
  const made = {
    secondaryStorage: secondaryStorage(objects('AUTH_DO')),
    rateLimitStorage: rateLimitStorage(objects('AUTH_DO')),
  };
  const ofFunctions = Object.entries(made).flatMap(([name, made]) =>
    Object.keys(made).map((method) => `${name}.${method}`),
  );
  expect(kv).toBeDefined();
  return [...ofClasses.filter((name) => !name.endsWith('.constructor')), ...ofFunctions];
}

export function messagesSuite(bindings: Bindings): void {
  const { kv, objects, answering } = bindings;
  const table: Method[] = [
    ...values(kv),
    ...sessions(kv),
    ...limits(kv),
    ...limits(objects('RATE_LIMIT_DO')),
    ...carts(objects('CART_DO'), answering),
    ...stored(objects('SESSION_DO')),
    ...coordination(objects('COORDINATION_DO')),
    ...auth(objects('AUTH_DO')),
  ];

  it('has every method', () => {
    expect(new Set(table.map(([name]) => name))).toEqual(new Set(methodsThere(bindings)));
  });

  describe.each(table.map(([name, ...cases]) => ({ name, cases })))('$name', ({ cases }) => {
    it.each(cases.map(([go, says]) => ({ go, says })))('says: $says', async ({ go, says }) => {
      const error = await Promise.resolve(go()).then(
        () => expect.fail('resolved, and an error was expected'),
        (error) => error,
      );
      expect(error).toMatchObject({ name: 'CloudflareClientsError', retryable: false });
      expect(error.message.slice(0, says.length)).toBe(says);
      expect(error.message).not.toContain(SECRET);
    });
  });
}
