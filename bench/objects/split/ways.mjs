// The same call by different ways: by our client or by the plain stub, on our object or on one that replies from memory.
import { DurableObject } from 'cloudflare:workers';
import { CartStoreClient, RateLimiterClient, SessionStoreClient } from '@codex/cloudflare-clients';
import { QUIET, sessionOf, sku } from '../shared.mjs';

const CART = JSON.stringify({ 'sku-0': { sku: sku(0), qty: 1 } });
const LIMIT = { limit: 1e9, window: 60, keyPrefix: 'rl:' };

/** Replies as our classes do, and keeps nothing. */
export class Replies extends DurableObject {
  #session = sessionOf('s', 'c');

  check() {
    return { ok: true, value: [1, 9, Date.now() + 60_000, 0, 0] };
  }

  readSession() {
    return { ok: true, value: this.#session };
  }

  change() {
    return { ok: true, value: [1, true, CART] };
  }
}

const changes = () => JSON.stringify([{ op: 'increment', sku: sku(0), qty: 1 }]);

const calls = {
  limiter: {
    binding: 'RATE_LIMIT_DO',
    byStub: (stub) => stub.check([LIMIT], 1, Math.floor(Math.random() * 1e15), Date.now()),
    byClient(namespace, id) {
      const client = new RateLimiterClient(namespace, QUIET);
      return () => client.checkLimit(id, LIMIT);
    },
  },
  session: {
    binding: 'SESSION_DO',
    prefix: 'session:',
    setUp: (namespace, id) => new SessionStoreClient(namespace, QUIET).set(sessionOf(id, 'c')),
    byStub: (stub) => stub.readSession(),
    byClient(namespace, id) {
      const client = new SessionStoreClient(namespace, QUIET);
      return () => client.get(id);
    },
  },
  cart: {
    binding: 'CART_DO',
    byStub: (stub) =>
      stub.change(changes(), 2_592_000, crypto.randomUUID(), undefined, undefined, Date.now()),
    byClient(namespace, id) {
      const client = new CartStoreClient(namespace, QUIET);
      return () => client.incrementQty(id, sku(0), 1);
    },
  },
};

/** A call by a way, as a job of the Worker: `by` is `stub` or `client`. */
export async function split(env, { call, by, memory, id }) {
  const { binding, prefix = '', setUp, byStub, byClient } = calls[call];
  await setUp?.(env[binding], id);
  const namespace = memory ? env.REPLIES : env[binding];
  if (by === 'client') return byClient(namespace, id);
  return async () => {
    const reply = await byStub(namespace.get(namespace.idFromName(prefix + id)));
    if (!reply.ok) throw new Error(reply.message);
  };
}
