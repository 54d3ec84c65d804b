// The Worker that calls the objects, and measures: one request is one round.
import { CartStoreClient, RateLimiterClient, SessionStoreClient } from '@codex/cloudflare-clients';
import { layoutCall } from './layouts.mjs';
import { plainCart } from './plain.mjs';
import { cartOf, numbers, QUIET, sessionOf, sku } from './shared.mjs';
import { split } from './split/ways.mjs';

export * from '@codex/cloudflare-clients/durable-objects';
export { MemoryLayout, RowsLayout, ValueLayout } from './layouts.mjs';
export * from './plain.mjs';
export { Replies } from './split/ways.mjs';

async function carts(env, by, id, size) {
  if (by === 'plain') {
    const cart = plainCart(env.PLAIN_CART, id);
    await cart.set(cartOf(size));
    return (i) => cart.increment(sku(i % size), 1);
  }
  const client = new CartStoreClient(env.CART_DO, QUIET);
  await client.setCart(id, cartOf(size));
  return (i) => client.incrementQty(id, sku(i % size), 1);
}

const jobs = {
  split,

  /** `by`: the method of the empty object. */
  limit:
    (env, { by, id }) =>
    () =>
      env.EMPTY.get(env.EMPTY.idFromName(id))[by](),

  cart: (env, { by, size, id }) => carts(env, by, id, size),

  /** `by`: a layout, or the plain cart beside them. */
  layout(env, { by, size, id, whole }) {
    if (by === 'plain') return carts(env, by, id, size);
    return layoutCall(env[by], id, numbers(size).map(sku), whole);
  },

  /** Ten changes: in one trip, or in ten. */
  async ten(env, { by, id }) {
    const client = new CartStoreClient(env.CART_DO, QUIET);
    await client.setCart(id, cartOf(20));
    const change = (i) => ({ op: 'increment', sku: sku(i), qty: 1 });
    const ten = numbers(10);
    if (by === 'mutate') return () => client.mutate(id, ten.map(change));
    return async () => {
      for (const i of ten) await client.incrementQty(id, sku(i), 1);
    };
  },

  limiter(env, { by, id }) {
    if (by === 'plain') {
      const check = () => env.PLAIN_LIMITER.get(env.PLAIN_LIMITER.idFromName(id)).check('rl:', 1e9, 60);
      return check;
    }
    const limiter = new RateLimiterClient(env.RATE_LIMIT_DO, QUIET);
    return () => limiter.checkLimit(id, { limit: 1e9, window: 60, keyPrefix: 'rl:' });
  },

  /** A caller who has been refused calls again. */
  async refused(env, { id }) {
    const limiter = new RateLimiterClient(env.RATE_LIMIT_DO, QUIET);
    const config = { limit: 1, window: 3_600, keyPrefix: 'rl:' };
    await limiter.checkLimit(id, config);
    await limiter.checkLimit(id, config);
    return () => limiter.checkLimit(id, config);
  },

  async session(env, { by, id }) {
    const record = sessionOf(id, 'c');
    if (by === 'plain') {
      const stub = () => env.PLAIN_SESSION.get(env.PLAIN_SESSION.idFromName(id));
      await stub().set(record);
      return () => stub().get();
    }
    const sessions = new SessionStoreClient(env.SESSION_DO, QUIET);
    await sessions.set(record);
    return () => sessions.get(id);
  },

  /** The same load on more and more carts. */
  async spread(env, { by, id, size }) {
    const all = await Promise.all(numbers(size).map((n) => carts(env, by, `${id}-${n}`, 5)));
    return (i) => all[i % size](i);
  },
};

// What rounds have set up, by their id.
const running = new Map();

export default {
  /**
   * With `n`, the rate: so many calls from inside, after as many as warm it up. Without, one call, whose latency is taken
   * outside.
   */
  async fetch(request, env) {
    const job = await request.json();
    const run = running.get(job.id) ?? (await jobs[job.job](env, job));
    running.set(job.id, run);
    if (!job.n) {
      await run(job.i);
      return new Response();
    }
    for (let i = 0; !job.cold && i < job.n / 10; i++) await run(i);
    let next = 0;
    const begun = performance.now();
    const lane = async () => {
      while (next < job.n) await run(next++);
    };
    await Promise.all(Array.from({ length: job.at }, lane));
    const ms = performance.now() - begun;
    return Response.json({ perSecond: (job.n / ms) * 1_000, us: (ms / job.n) * 1_000 });
  },
};
