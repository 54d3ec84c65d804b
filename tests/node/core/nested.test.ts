// JSON that is nested deeply is refused where it comes in, and ends no instance of the wasm.
import { CacheClient, CartStoreClient, KVClient, SessionCacheClient } from '@codex/cloudflare-clients';
import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { expect, it } from 'vitest';
import { code } from '../../support/backend.js';

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

const unasked = {
  idFromName: () => expect.fail('an object was asked'),
  get: () => expect.fail('an object was asked'),
} as never;
const down = {
  idFromName: () => ({}),
  get: () => new Proxy({}, { get: () => () => Promise.reject(new Error('unreachable')) }),
};
const kv = createStrictKv();
const session = (user: object) => ({
  session: { expiresAt: new Date(Date.now() + 3_600_000), userId: 'u' },
  user,
});

it.each([257, 3_000, 10_000])('%i levels are refused', async (levels) => {
  const value = nested(levels);
  for (const carts of [
    new CartStoreClient(unasked),
    new CartStoreClient(down, { onUnavailable: 'memory', onEvent: () => {} }),
  ]) {
    const sku = { id: 'mug', value };
    for (const call of [
      carts.setCart('a', { mug: { sku, qty: 1 } }),
      carts.incrementQty('a', sku, 1),
      carts.incrementQty('a', { id: 'mug' }, 1, { rental: value }),
      carts.incrementQty('a', { id: 'mug' }, 1, 'L', value),
      carts.mutate('a', [{ op: 'increment', sku, qty: 1 }]),
    ]) {
      expect(await code(call)).toBe('invalid_value');
    }
  }
  expect(await code(new KVClient(kv).put('a', 'b', { metadata: value }))).toBe('invalid_value');
  expect(await code(new CacheClient(kv).set('a', value as never, 60))).toBe('invalid_value');
  expect(await code(new SessionCacheClient(kv).set('t', session({ value })))).toBe('invalid_session');
  expect(await new CacheClient(kv).getOrSet('a', 60, () => value)).toBe(value);
});

it('what JSON would lose of a cart is refused, with its path, and what it can say is kept', async () => {
  const carts = new CartStoreClient(down, { onUnavailable: 'memory', onEvent: () => {} });
  for (const lost of [new Map(), Promise.resolve(), new Error('lost'), 7n]) {
    await expect(carts.incrementQty('lost', { id: 'mug', lost }, 1)).rejects.toMatchObject({
      code: 'invalid_value',
      message: expect.stringMatching(/: sku\.lost is an? /),
    });
  }
  const sku = { id: 'mug', made: new Date(0), value: nested(250) };
  const cart = await carts.incrementQty('kept', sku, 1);
  expect(cart).toEqual({ mug: { sku: { ...sku, made: sku.made.toISOString() }, qty: 1 } });
});

it('options of incrementQty are read behind a guard', async () => {
  const carts = new CartStoreClient(unasked);
  for (const name of ['size', 'rental', 'owner']) {
    const options = Object.defineProperty({}, name, {
      get: () => {
        throw new Error('of a getter');
      },
    });
    expect(await code(carts.incrementQty('a', { id: 'mug' }, 1, options))).toBe('misconfigured');
  }
});
