import {
  CartStoreClient,
  type CartStoreOptions,
  type CloudflareClientsError,
  SessionStoreClient,
} from '@codex/cloudflare-clients';
import { beforeEach, expect, test, vi } from 'vitest';
import { code, hang, listening } from '../../support/backend.js';
import { failure, intercepted } from '../../support/interception.js';
import { moveTime, pass, stopClock } from '../../support/time.js';

// A cart whose object answers after `failures`.
function cart(failures: (Error | 'hang' | 'throws')[], options: CartStoreOptions = {}) {
  const calls: string[] = [];
  const keys = new Set<unknown>();
  const stub = new Proxy(
    {},
    {
      get:
        (_, method: string) =>
        (...args: unknown[]) => {
          calls.push(method);
          keys.add(args[2]);
          return Promise.resolve({ ok: true, value: [1, true, '{"a":{"sku":{"id":"a"},"qty":1}}'] });
        },
    },
  );
  const namespace = intercepted(
    { idFromName: (name: string) => ({ name }), get: () => stub },
    ({ deliver }) => {
      const next = failures.shift();
      if (next === 'hang') return hang();
      if (next === 'throws') throw new Error('at once');
      return next ? deliver().then(() => Promise.reject(next)) : deliver();
    },
  );
  return { carts: new CartStoreClient(namespace, options), calls, keys };
}

const add = (carts: CartStoreClient) => carts.incrementQty('id', { id: 'a' }, 1);

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

test('a call that may be repeated is, with the same idempotency key', async () => {
  const { events, onEvent } = listening();
  const { carts, calls, keys } = cart([failure({ retryable: true }), failure({ retryable: true })], {
    onEvent,
  });
  expect(await add(carts)).toHaveProperty('a');
  expect(calls).toEqual(['change', 'change', 'change']);
  // The mark of a client's own key, and a UUID.
  expect([...keys]).toEqual([expect.stringMatching(/^.[0-9a-f-]{36}$/)]);
  expect(String([...keys][0]).codePointAt(0)).toBe(1);
  expect(events.map(({ note, code }) => note ?? code)).toEqual(['retried', 'retried', undefined]);
});

test('four times at most', async () => {
  const { carts, calls } = cart(Array.from({ length: 9 }, () => failure({ retryable: true })));
  await expect(add(carts)).rejects.toMatchObject({
    code: 'object_unavailable',
    retryable: true,
    cause: { retryable: true },
  });
  expect(calls).toHaveLength(4);
});

test.each([
  ['overloaded', { retryable: true, overloaded: true }, 'object_overloaded', true],
  ["the object's own error", { remote: true }, 'object_unavailable', false],
  ['of unknown outcome', {}, 'object_unavailable', true],
])('what is %s is not repeated', async (_, flags, expected, retryable) => {
  const { carts, calls } = cart([failure(flags)]);
  await expect(add(carts)).rejects.toMatchObject({ code: expected, retryable, cause: flags });
  expect(calls).toHaveLength(1);
});

test('a namespace that throws at once is a rejection like any other', async () => {
  expect(await code(add(cart(['throws']).carts))).toBe('object_unavailable');
});

test('an object that hangs is left at the time limit, which holds for all attempts together', async () => {
  moveTime();
  const { carts, calls } = cart([failure({ retryable: true }), 'hang']);
  const failed = add(carts).catch((error: CloudflareClientsError) => error);
  await pass(4_999, 1_000);
  expect(calls).toHaveLength(1);
  await pass(1);
  expect(await failed).toMatchObject({ code: 'timeout', retryable: true });
});

test('what is bound must be one of our classes', async () => {
  const answers = (reply: unknown) =>
    new CartStoreClient({ idFromName: () => ({}), get: () => ({ get: async () => reply }) });
  for (const reply of [undefined, null, 'x', {}, { ok: false }, { ok: 'yes', value: 1 }]) {
    expect(await code(answers(reply).getCart('id'))).toBe('misconfigured');
  }
  expect(await code(answers({ ok: true, value: [1, 'no JSON'] }).getCart('id'))).toBe('misconfigured');
});

test('a namespace is known by its methods', () => {
  for (const handle of [undefined, null, 'CART_DO', {}, { get() {}, put() {}, delete() {} }]) {
    expect(() => new CartStoreClient(handle as never)).toThrow(
      /CartStoreClient needs a Durable Object namespace/,
    );
  }
  const namespace = { idFromName: () => ({}), get: () => ({}) };
  for (const options of [
    { timeoutMs: 0 },
    { slowMs: -1 },
    { locationHint: 'mars' },
    { jurisdiction: 'mars' },
    { onUnavailable: 'allow' },
    { onEvent: 1 },
  ]) {
    expect(() => new CartStoreClient(namespace, options as never)).toThrow(/The option/);
  }
  for (const ttlSeconds of [0, 1.5, -1, Number.NaN, 1e12, '60']) {
    const error = expect.objectContaining({ code: 'invalid_ttl' });
    expect(() => new CartStoreClient(namespace, { ttlSeconds } as never)).toThrow(error);
    expect(() => new SessionStoreClient(namespace, { ttlSeconds } as never)).toThrow(error);
  }
});

test('the location hint and the jurisdiction reach the namespace', async () => {
  const seen: unknown[] = [];
  const namespace = {
    idFromName: () => ({}),
    get: (_: unknown, options?: unknown) => {
      seen.push(options);
      return { get: async () => ({ ok: true, value: null }) };
    },
    jurisdiction(name: string) {
      seen.push(name);
      return namespace;
    },
  };
  await new CartStoreClient(namespace, { locationHint: 'weur', jurisdiction: 'eu' }).getCart('id');
  await new CartStoreClient(namespace).getCart('id');
  expect(seen).toEqual(['eu', { locationHint: 'weur' }, undefined]);
});

test("memory answers only where it was asked for, and says so each time; the object's refusal is no failure", async () => {
  const { events, onEvent } = listening();
  const down = () => Array.from({ length: 9 }, () => failure({}));
  expect(await code(add(cart(down()).carts))).toBe('object_unavailable');
  const { carts } = cart(down(), { onUnavailable: 'memory', onEvent });
  expect(await add(carts)).toMatchObject({ a: { qty: 1 } });
  expect(await carts.getCart('id')).toMatchObject({ a: { qty: 1 } });
  expect(events.filter(({ note }) => note === 'fell_back')).toMatchObject([
    { operation: 'incrementQty', code: 'object_unavailable' },
    { operation: 'getCart', code: 'object_unavailable' },
  ]);
  expect(await code(carts.mergeCart('id', 'other'))).toBe('object_unavailable');
  const refuses = {
    idFromName: () => ({}),
    get: () => ({ change: async () => ({ ok: false, code: 'forbidden', message: 'no' }) }),
  };
  expect(await code(add(new CartStoreClient(refuses, { onUnavailable: 'memory' })))).toBe('forbidden');
});

// An object whose clock is `ahead` of ours, and which refuses what is a minute late, or five too early.
function elsewhere(ahead: number) {
  const sent: number[] = [];
  const change = async (...args: unknown[]) => {
    const [at, made] = [Date.now() + ahead, args.at(-1) as number];
    sent.push(made - at);
    if (at > made + 60_000 || made > at + 300_000) return { ok: false, code: 'timeout', message: 'late', at };
    return { ok: true, value: [1, true, '{"a":{"sku":{"id":"a"},"qty":1}}'] };
  };
  const namespace = { idFromName: (name: string) => ({ name }), get: () => ({ change }) };
  return { carts: new CartStoreClient(namespace), sent };
}

test('a clock that is an hour behind costs one call more, once', async () => {
  const { carts, sent } = elsewhere(3_600_000);
  expect(await add(carts)).toHaveProperty('a');
  expect(sent.length).toBe(2);
  expect(Math.abs(sent[1] ?? Number.NaN)).toBeLessThan(1_000);
  await add(carts);
  expect(sent.length).toBe(3);
  await add(elsewhere(0).carts);
});

test('one that is an hour ahead, too', async () => {
  const { carts, sent } = elsewhere(-3_600_000);
  await add(carts);
  await add(carts);
  expect(sent.map((off) => Math.abs(off) < 1_000)).toEqual([false, true, true]);
  await add(elsewhere(0).carts);
});

test('the attempts of a call carry one stamp; what came too late after one of unknown outcome has none either', async () => {
  const stamps: unknown[] = [];
  const late = () => ({ ok: false, code: 'timeout', message: 'late, not made', at: Date.now() });
  const object = (replies: (() => unknown)[]) => {
    const change = async (...args: unknown[]) => {
      stamps.push(args.at(-1));
      return replies.shift()?.();
    };
    return new CartStoreClient({ idFromName: () => ({}), get: () => ({ change }) });
  };
  const clock = stopClock();
  const lost = () => {
    clock.pass(1_000);
    throw failure({ retryable: true });
  };
  const failed = await add(object([lost, late])).catch((error: CloudflareClientsError) => error);
  expect(failed).toMatchObject({ code: 'timeout' });
  expect((failed as CloudflareClientsError).message).not.toContain('not made');
  expect(stamps).toEqual([stamps[0], stamps[0]]);
  // Refused so each time, it was not made: it is given up after the third.
  const refused = await add(object([late, late, late])).catch((error: CloudflareClientsError) => error);
  expect((refused as CloudflareClientsError).message).toContain('not made');
  expect(stamps).toHaveLength(5);
});
