import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { CartStoreClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { expect, test, vi } from 'vitest';
import { code, listening, unique } from '../../support/backend.js';
import { intercepted } from '../../support/interception.js';
import type { Calls } from '../../support/rpc.js';
import { storedIn } from '../../support/snapshots.js';
import { failing, failureOf, nothing, stored, stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { CART_DO } = env as { CART_DO: ObjectHandle };
const stub = (id: string) => stubOf(CART_DO, id) as Calls;
const mug = { id: 'mug' };
const INCREMENT = '[{"op":"increment","sku":{"id":"mug"},"qty":1}]';
const FAILED = /^(object_unavailable|a write failed half way)$/;

const clock = stoppedClock(1_900_000_000_000);
const pass = (seconds: number) => clock.pass(seconds * 1_000);

test('reading a cart that was never written writes nothing, and refusals leave nothing', async () => {
  const carts = new CartStoreClient(CART_DO);
  const id = unique('cart');
  await carts.getCart(id);
  expect(await stored(stub(id))).toEqual(nothing);
  expect(await code(carts.incrementQty(id, mug, 0.5))).toBe('invalid_value');
  expect(await code(carts.setQty(id, '', 1))).toBe('invalid_key');
  expect(await stored(stub(id))).toEqual(nothing);
});

test('the alarm empties an expired cart, and moves itself on for one that was renewed', async () => {
  const carts = new CartStoreClient(CART_DO, { ttlSeconds: 200 });
  const [start, id] = [Date.now(), await carts.createCart()];
  const alarm = async () => (await stored(stub(id))).alarm;
  expect(await alarm()).toBe(start + 200_000);
  pass(150);
  await carts.incrementQty(id, mug, 1);
  // It rings, and is set again: that is less than a write for each call.
  expect(await alarm()).toBe(start + 200_000);
  pass(50);
  expect(await runDurableObjectAlarm(stub(id))).toBe(true);
  expect(await alarm()).toBe(start + 350_000);
  expect(await stub(id).get?.(1)).toMatchObject({
    ok: true,
    value: [expect.any(Number), expect.any(String)],
  });
  pass(150);
  expect(await stub(id).get?.(1)).toMatchObject({ ok: true, value: null });
  expect(await carts.getCart(id)).toEqual({});
  await runDurableObjectAlarm(stub(id));
  expect(await stored(stub(id))).toEqual(nothing);
  expect(await carts.incrementQty(id, mug, 2)).toMatchObject({ mug: { qty: 2 } });
});

test('an expired cart is kept as long as a copy of its last call may come, and has no lines', async () => {
  const carts = new CartStoreClient(CART_DO, { ttlSeconds: 10 });
  const [start, id] = [Date.now(), unique('cart')];
  const last = () => stub(id).change?.(INCREMENT, 10, '\u0001last', undefined, undefined, start);
  await last();
  expect((await stored(stub(id))).alarm).toBe(start + 120_000);
  pass(10);
  expect(await carts.getCart(id)).toEqual({});
  pass(50);
  expect(await last()).toMatchObject({ ok: true, value: [0, expect.any(Boolean), '{}'] });
  expect(await carts.getCart(id)).toEqual({});
  pass(59);
  await runDurableObjectAlarm(stub(id));
  expect((await storedIn(stub(id))).rows.lines).toEqual([]);
  expect((await stored(stub(id))).alarm).toBe(start + 120_000);
  pass(1);
  await runDurableObjectAlarm(stub(id));
  expect(await stored(stub(id))).toEqual(nothing);
});

test('a read with a shorter TTL does not end a cart sooner; a change with one does', async () => {
  const long = new CartStoreClient(CART_DO, { ttlSeconds: 1_000 });
  const short = new CartStoreClient(CART_DO, { ttlSeconds: 10 });
  const id = await long.createCart();
  await long.incrementQty(id, mug, 1);
  await short.getCart(id);
  pass(10);
  expect(await long.getCart(id)).toHaveProperty('mug');
  await short.incrementQty(id, mug, 1);
  pass(10);
  await runDurableObjectAlarm(stub(id));
  expect(await long.getCart(id)).toEqual({});
});

test('a deleted cart remembers its calls for ten minutes, then nothing is left', async () => {
  const carts = new CartStoreClient(CART_DO);
  const id = await carts.createCart();
  const once = { idempotencyKey: 'once' };
  await carts.incrementQty(id, mug, 1, undefined, undefined, once);
  await carts.deleteCart(id);
  pass(599);
  await runDurableObjectAlarm(stub(id));
  expect(await carts.incrementQty(id, mug, 1, undefined, undefined, once)).toEqual({});
  pass(1);
  await runDurableObjectAlarm(stub(id));
  expect(await stored(stub(id))).toEqual(nothing);
});

test('what was answered survives an eviction', async () => {
  const carts = new CartStoreClient(CART_DO);
  const id = await carts.createCart();
  const once = { idempotencyKey: 'once' };
  await carts.incrementQty(id, mug, 1, 'L', { days: 3 }, once);
  await evictDurableObject(stub(id));
  await carts.incrementQty(id, mug, 1, 'L', { days: 3 }, once);
  expect(await carts.getCart(id)).toEqual({ 'mug:L': { sku: mug, qty: 1, size: 'L', rental: { days: 3 } } });
});

test.each(['change', 'mutate', 'set', 'merge', 'delete', 'endMerge'])(
  'what fails between two writes of %s is not kept',
  async (method) => {
    const carts = new CartStoreClient(CART_DO);
    const id = await carts.createCart();
    await carts.incrementQty(id, mug, 1);
    if (method === 'endMerge') await stub(id).beginMerge?.('into', 'id');
    const before = await storedIn(stub(id));
    const ended: Record<string, unknown[]> = {
      set: ['{}', 60],
      merge: ['id', '{"hat":{"sku":{"id":"hat"},"qty":1}}', 'sum', 60],
      delete: [],
      endMerge: ['id', true],
    };
    // The lines are written first, what says so after them.
    const mend = await failing(stub(id), 'put');
    expect(await failureOf(stub(id)[method]?.(...(ended[method] ?? [INCREMENT, 60])))).toMatch(FAILED);
    mend();
    expect(await storedIn(stub(id))).toEqual(before);
    if (method === 'endMerge') await stub(id).endMerge?.('id', false);
    expect(await carts.incrementQty(id, mug, 1)).toEqual({ mug: { sku: mug, qty: 2 } });
  },
);

test('what fails between two writes is an error, once', async () => {
  const carts = new CartStoreClient(CART_DO);
  const id = await carts.createCart();
  await carts.incrementQty(id, mug, 1);
  await failing(stub(id), 'put');
  expect(await code(carts.incrementQty(id, mug, 1))).toBe('object_unavailable');
  expect(await carts.incrementQty(id, mug, 1)).toMatchObject({ mug: { qty: 2 } });
});

test('anything may come by RPC: it is refused, typed, and nothing has changed', async () => {
  const id = unique('cart');
  const carts = new CartStoreClient(CART_DO);
  await carts.incrementQty(id, mug, 1);
  const cart = stub(id);
  const anything = [
    undefined,
    null,
    0,
    Number.NaN,
    '',
    '[]',
    '{}',
    '[null]',
    'x',
    1n,
    new Date(),
    [],
    {},
    '\ud800',
  ];
  for (const method of ['set', 'change', 'mutate', 'merge', 'endMerge', 'delete', 'get']) {
    for (const value of anything) {
      for (const args of [
        [value],
        [value, value],
        ['[]', value, value, value, value],
        [value, 60, value, value],
      ]) {
        const reply = await cart[method]?.(...args);
        if (reply?.ok) expect(['get', 'endMerge', 'set', 'delete']).toContain(method);
        else expect(reply).toMatchObject({ ok: false, code: expect.stringMatching(/^[a-z_]+$/) });
        if (['set', 'delete'].includes(method) && reply?.ok)
          await carts.setCart(id, { mug: { sku: mug, qty: 1 } });
      }
    }
  }
  for (const value of anything) {
    for (const args of [[value], [value, value], ['into', value], ['into', 'id', value]]) {
      if (args.every((arg) => typeof arg === 'string' && arg !== '' && arg.isWellFormed())) continue;
      if (args.length === 3 && (value === undefined || value === null)) continue;
      expect(await cart.beginMerge?.(...args)).toMatchObject({ ok: false });
    }
  }
  expect(await carts.getCart(id)).toEqual({ mug: { sku: mug, qty: 1 } });
});

test('a call that is slow is an event, or a line of warning in the words of the shop', async () => {
  const { events, onEvent } = listening();
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const slow = intercepted(CART_DO, async ({ deliver }) => {
    const reply = await deliver();
    pass(0.25);
    return reply;
  });
  await new CartStoreClient(slow).getCart(unique('cart'));
  expect(warn.mock.calls).toEqual([['Cart DO latency 250ms for op=getCart']]);
  warn.mockClear();
  await new CartStoreClient(slow, { slowMs: 250 }).getCart(unique('cart'));
  await new CartStoreClient(slow, { slowMs: 1e-6, onEvent }).getCart(unique('cart'));
  expect(warn).not.toHaveBeenCalled();
  expect(events).toMatchObject([
    { client: 'cart', operation: 'getCart', note: 'slow' },
    { client: 'cart', operation: 'getCart' },
  ]);
  warn.mockRestore();
});
