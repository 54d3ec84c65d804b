// What is counted, by its name in the table. `call(i)` is the i-th call, `before(i)` what it needs and is not counted,
// `setUp()` what all of them need. `id` names an object that no other operation has.
import {
  CartStoreClient,
  CounterClient,
  LockClient,
  RateLimiterClient,
  SessionCacheClient,
  SessionStoreClient,
} from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { MemoryKV } from '../../kv.mjs';
import { cartOf, numbers, QUIET, sessionOf, sku } from '../shared.mjs';

const MUCH = 1_000_000;

const limit = (more) => ({ limit: MUCH, window: 60, keyPrefix: 'rl:', ...more });

function limiter(use, setUp) {
  return (env, id) => {
    // Another isolate's refusals are not known here: each call goes to the object.
    const client = new RateLimiterClient(env.RATE_LIMIT_DO, { ...QUIET, localBlock: false });
    return { setUp: setUp && (() => setUp(client, id)), call: () => use(client, id) };
  };
}

const THREE = ['a:', 'b:', 'c:'].map((keyPrefix) => limit({ keyPrefix }));
const ONE = limit({ limit: 1, window: 3_600 });

const limits = {
  'limiter: checkLimit, fixed-window': limiter((it, id) => it.checkLimit(id, limit())),
  'limiter: checkLimit, sliding-window': limiter((it, id) =>
    it.checkLimit(id, limit({ algorithm: 'sliding-window' })),
  ),
  'limiter: checkLimit, token-bucket': limiter((it, id) =>
    it.checkLimit(id, limit({ algorithm: 'token-bucket' })),
  ),
  'limiter: checkLimit that is refused': limiter(
    (it, id) => it.checkLimit(id, ONE),
    (it, id) => it.checkLimit(id, ONE),
  ),
  'limiter: checkLimits of three': limiter((it, id) => it.checkLimits(id, THREE)),
  'limiter: refund': limiter((it, id) => it.refund(id, limit())),
  'limiter: penalize': limiter((it, id) => it.penalize(id, limit())),
  'limiter: reset': limiter((it, id) => it.reset(id, 'rl:')),
};

const TEN = numbers(10).map((i) => ({ op: 'increment', sku: sku(i), qty: 1 }));

function cart(use, { setUp, before } = {}) {
  return (env, id) => {
    const client = new CartStoreClient(env.CART_DO, QUIET);
    return {
      setUp: setUp && (() => setUp(client, id)),
      before: before && (() => before(client, id)),
      call: (i) => use(client, id, i),
    };
  };
}

// By the client's own key, and by one of the caller.
function mutations(key) {
  const options = (i) => (key ? { idempotencyKey: `order-${i}` } : undefined);
  const name = (operation) => `cart: ${operation}${key ? ', with a key' : ''}`;
  const filled = (size) => (it, id) => it.setCart(id, cartOf(size));
  return {
    [name('incrementQty, the same line')]: cart((it, id, i) =>
      it.incrementQty(id, sku(0), 1, undefined, undefined, options(i)),
    ),
    [name('incrementQty, a new line')]: cart((it, id, i) =>
      it.incrementQty(id, sku(i), 1, undefined, undefined, options(i)),
    ),
    [name('setCart, 5 lines')]: cart((it, id, i) => it.setCart(id, cartOf(5), options(i))),
    [name('mutate, ten changes')]: cart((it, id, i) => it.mutate(id, TEN, options(i))),
    [name('removeItem')]: cart((it, id, i) => it.removeItem(id, `sku-${i}`, options(i)), {
      setUp: filled(300),
    }),
    [name('deleteCart, 5 lines')]: cart((it, id, i) => it.deleteCart(id, options(i)), { before: filled(5) }),
  };
}

const carts = {
  ...mutations(false),
  ...mutations(true),
  'cart: getCart': cart((it, id) => it.getCart(id), { setUp: (it, id) => it.setCart(id, cartOf(5)) }),
};

function sessions({ setUp, before, call }) {
  return (env, id) => {
    const client = new SessionStoreClient(env.SESSION_DO, QUIET);
    const sets = async (prefix, n) => {
      for (const k of numbers(n)) await client.set(sessionOf(`${prefix}-${k}`, id));
    };
    return {
      setUp: setUp && (() => sets(id, setUp)),
      before: before && ((i) => sets(`${id}-${i}`, before)),
      call: (i) => call(client, id, i),
    };
  };
}

// `setUp` and `before` are how many sessions of one customer are set.
const stored = {
  "session: set, a customer's first": sessions({
    call: (it, id, i) => it.set(sessionOf(`${id}-${i}`, `${id}-${i}`)),
  }),
  'session: set, of a known customer': sessions({
    setUp: 1,
    call: (it, id, i) => it.set(sessionOf(`${id}-new-${i}`, id)),
  }),
  'session: set, the same again': sessions({ setUp: 1, call: (it, id) => it.set(sessionOf(`${id}-0`, id)) }),
  'session: get': sessions({ setUp: 1, call: (it, id) => it.get(`${id}-0`) }),
  'session: list of 5': sessions({ setUp: 5, call: (it, id) => it.list(id) }),
  'session: delete': sessions({ before: 1, call: (it, id, i) => it.delete(`${id}-${i}-0`) }),
  'session: revokeAll of 5': sessions({ before: 5, call: (it, id) => it.revokeAll(id) }),
};

function cached({ setUp, before, call }) {
  return (env, id) => {
    const client = new SessionCacheClient(new MemoryKV(), { ...QUIET, revocations: env.SESSION_DO });
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const fill = (token) =>
      client.getOrLoad(token, () => ({ session: { userId: id, expiresAt, token }, user: { id } }));
    return {
      setUp: setUp && (() => fill(`${id}-known`)),
      before: before && ((i) => fill(`${id}-${i}`)),
      call: (i) => call({ client, fill }, id, i),
    };
  };
}

const caches = {
  'cached session: fill': cached({ setUp: true, call: ({ fill }, id, i) => fill(`${id}-${i}`) }),
  'cached session: hit': cached({ setUp: true, call: ({ client }, id) => client.get(`${id}-known`) }),
  'cached session: delete': cached({
    before: true,
    call: ({ client }, id, i) => client.delete(`${id}-${i}`),
  }),
};

const LOCK = { ttlSeconds: 600 };

function counter(use, setUp) {
  return (env, id) => {
    const client = new CounterClient(env.COORDINATION_DO, QUIET);
    return { setUp: setUp && (() => setUp(client, id)), call: () => use(client, id) };
  };
}

function lock(nameOf) {
  return (env, id) => {
    const client = new LockClient(env.COORDINATION_DO, QUIET);
    return { call: async (i) => client.release(await client.acquire(nameOf(id, i), LOCK)) };
  };
}

function extended(env, id) {
  const client = new LockClient(env.COORDINATION_DO, QUIET);
  let held;
  return {
    setUp: async () => (held = await client.acquire(id, LOCK)),
    call: () => client.extend(held, LOCK.ttlSeconds),
  };
}

const coordination = {
  'counter: increment': counter((it, id) => it.increment(id)),
  'counter: get': counter(
    (it, id) => it.get(id),
    (it, id) => it.increment(id),
  ),
  'counter: reset': counter((it, id) => it.reset(id)),
  'lock: acquire and release, the same name': lock((id) => id),
  'lock: acquire and release, a new name': lock((id, i) => `${id}-${i}`),
  'lock: extend': extended,
};

function auth(use, before) {
  return (env, id) => {
    const storage = secondaryStorage(env.AUTH_DO, QUIET);
    const set = (key) => storage.set(key, JSON.stringify({ value: 'u1' }), 3_600);
    return { before: before && (() => set(id)), call: (i) => use({ ...storage, set }, id, i) };
  };
}

const authStorage = {
  'better-auth: set, a new key': auth(({ set }, id, i) => set(`${id}-${i}`)),
  'better-auth: set, the same key': auth(({ set }, id) => set(id)),
  'better-auth: get': auth((it, id) => it.get(id), true),
  'better-auth: delete': auth((it, id) => it.delete(id), true),
  'better-auth: getAndDelete': auth((it, id) => it.getAndDelete(id), true),
  'better-auth: increment': auth((it, id) => it.increment(id, 3_600)),
  'better-auth: consume': (env, id) => {
    const { consume } = rateLimitStorage(env.AUTH_DO, QUIET);
    return { call: () => consume(id, { window: 60, max: MUCH }) };
  },
};

export const operations = { ...limits, ...carts, ...stored, ...caches, ...coordination, ...authStorage };
