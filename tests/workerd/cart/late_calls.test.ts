// Calls that come late, again, or after somebody else's.
import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { CartStoreClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { expect, test } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { copied, failure, intercepted } from '../../support/interception.js';
import { storedIn } from '../../support/snapshots.js';
import { nothing, stored, stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { CART_DO } = env as { CART_DO: ObjectHandle };
const stub = (id: string) => stubOf(CART_DO, id);
const mug = { id: 'mug' };

const clock = stoppedClock(1_900_000_000_000);
const pass = (seconds: number) => clock.pass(seconds * 1_000);

test('a call that finds no line is remembered, so that a copy which comes late finds none either', async () => {
  const { objects, sent } = copied(CART_DO);
  const carts = new CartStoreClient(objects);
  const id = unique('cart');
  expect(await carts.removeItem(id, 'mug')).toBeNull();
  expect(await carts.setQty(id, 'mug', 1)).toBeNull();
  expect(await carts.mutate(id, [{ op: 'remove', skuId: 'mug' }])).toEqual({});
  await carts.incrementQty(id, mug, 2);
  for (const copy of sent.slice(0, 3)) await copy.deliver();
  expect(await carts.getCart(id)).toMatchObject({ mug: { qty: 2 } });
  await carts.deleteCart(id);
  pass(600);
  await runDurableObjectAlarm(stub(id));
  expect(await stored(stub(id))).toEqual(nothing);
});

test('an increment that was refused while its cart was merged stays refused when that has ended', async () => {
  const { objects, sent } = copied(CART_DO);
  const carts = new CartStoreClient(objects);
  const [guest, mine] = [unique('guest'), unique('mine')];
  await carts.incrementQty(guest, mug, 1);
  await again(guest, 'beginMerge', [mine, 'merge']);
  const once = { idempotencyKey: 'once' };
  expect(await code(carts.incrementQty(guest, mug, 5, undefined, undefined, once))).toBe('conflict');
  const refused = sent.at(-1);
  await again(guest, 'endMerge', ['merge', false]);
  expect(await refused?.deliver()).toMatchObject({ ok: false, code: 'conflict' });
  expect(await carts.getCart(guest)).toMatchObject({ mug: { qty: 1 } });
  pass(1);
  // The caller comes again with its own key: that is another call.
  expect(await carts.incrementQty(guest, mug, 5, undefined, undefined, once)).toMatchObject({
    mug: { qty: 6 },
  });
});

test('a change that was refused for another’s line stays refused when that is gone; what was no change leaves nothing', async () => {
  const { objects, sent } = copied(CART_DO);
  const carts = new CartStoreClient(objects);
  const id = unique('cart');
  await carts.incrementQty(id, { id: 'tee' }, 1, 'L');
  const before = await storedIn(stub(id));
  expect(await code(carts.incrementQty(id, mug, 0.5))).toBe('invalid_value');
  expect(await code(carts.mutate(id, []))).toBe('invalid_value');
  expect(await storedIn(stub(id))).toEqual(before);
  expect(await code(carts.incrementQty(id, { id: 'tee:L' }, 1))).toBe('invalid_value');
  const [one] = sent.slice(-1);
  expect(await code(carts.mutate(id, [{ op: 'increment', sku: { id: 'tee:L' }, qty: 1 }]))).toBe(
    'invalid_value',
  );
  const [several] = sent.slice(-1);
  await carts.removeItem(id, 'tee:L');
  for (const copy of [one, several]) {
    expect(await copy?.deliver()).toMatchObject({ ok: false, code: 'invalid_value' });
  }
  expect(await carts.getCart(id)).toEqual({});
});

test('a merge whose begin is repeated does not empty what was put into the source since', async () => {
  const carts = new CartStoreClient(CART_DO);
  const [guest, mine] = [unique('guest'), unique('mine')];
  await carts.incrementQty(guest, mug, 1);
  let finished = false;
  // The reply of the begin is lost; another caller finishes the merge and adds a line.
  const lost = intercepted(CART_DO, async ({ deliver, method }) => {
    const reply = await deliver();
    if (method !== 'beginMerge' || finished) return reply;
    finished = true;
    await carts.mergeCart(guest, mine);
    await carts.incrementQty(guest, { id: 'hat' }, 1);
    throw failure({ retryable: true });
  });
  await new CartStoreClient(lost).mergeCart(guest, mine);
  const qty = async (id: string) => (await carts.getCart(id)).hat?.qty ?? 0;
  expect((await qty(guest)) + (await qty(mine))).toBe(1);
  expect(await carts.getCart(mine)).toMatchObject({ mug: { qty: 1 } });
});

test('a copy of a merge that its target has refused merges nothing, whatever became of the target since', async () => {
  const { objects, sent } = copied(CART_DO);
  const carts = new CartStoreClient(CART_DO);
  const [guest, mine] = [unique('guest'), unique('mine')];
  await carts.setCart(guest, { mug: { sku: mug, qty: 600_000 } });
  await carts.setCart(mine, { mug: { sku: mug, qty: 600_000 } });
  // Between the refusal and the giving up there is room, and a copy of the refused call arrives.
  const crowded = intercepted(objects, async ({ deliver, method }) => {
    if (method === 'giveUpMerge') {
      await carts.setQty(mine, 'mug', 1);
      const refused = sent.find((call) => call.method === 'merge');
      expect(await refused?.deliver()).toMatchObject({ ok: false, code: 'limit_exceeded' });
    }
    return deliver();
  });
  expect(await code(new CartStoreClient(crowded).mergeCart(guest, mine))).toBe('limit_exceeded');
  expect(await carts.getCart(mine)).toMatchObject({ mug: { qty: 1 } });
  expect(await carts.setQty(guest, 'mug', 5)).toMatchObject({ mug: { qty: 5 } });
});

test('a change that expects a version which has gone by is refused for no row', async () => {
  const { objects, sent } = copied(CART_DO);
  const carts = new CartStoreClient(objects);
  const id = await carts.createCart();
  const { version } = await carts.getCartWithVersion(id);
  await carts.incrementQty(id, mug, 1);
  const before = await storedIn(stub(id));
  expect(await code(carts.setCart(id, {}, { ifVersion: version }))).toBe('conflict');
  expect(await storedIn(stub(id))).toEqual(before);
  expect(await sent.at(-1)?.deliver()).toMatchObject({ ok: false, code: 'conflict' });
  // A cart may be none again, so that is remembered.
  const hats = { hat: { sku: { id: 'hat' }, qty: 1 } };
  expect(await code(carts.setCart(id, hats, { ifVersion: 0 }))).toBe('conflict');
  expect(await storedIn(stub(id))).not.toEqual(before);
  const refused = sent.at(-1);
  await carts.deleteCart(id);
  expect(await refused?.deliver()).toMatchObject({ ok: false, code: 'conflict' });
  expect(await carts.getCart(id)).toEqual({});
  pass(1);
  await carts.setCart(id, hats, { ifVersion: 0 });
  expect(await carts.getCart(id)).toEqual(hats);
});

test('a call that comes a minute late is refused, and tells the time', async () => {
  const id = unique('cart');
  const late = ['[{"op":"increment","sku":{"id":"mug"},"qty":1}]', 60, 'key', undefined, undefined];
  const reply = await again(id, 'change', [...late, Date.now() - 60_001]);
  expect(reply).toMatchObject({ ok: false, code: 'timeout', at: Date.now() });
  expect(await stored(stub(id))).toEqual(nothing);
  expect(await again(id, 'change', [...late, Date.now() - 60_000])).toMatchObject({ ok: true });
  expect(await again(id, 'change', [...late, Date.now() + 300_001])).toMatchObject({ code: 'timeout' });
  expect(await again(id, 'change', [...late, 'now'])).toMatchObject({ code: 'invalid_value' });
});

// Makes a call by hand, as a copy of one arrives.
function again(id: string, method: string, args: unknown[]): Promise<unknown> {
  const cart = stub(id) as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  return cart[method]?.(...args) ?? Promise.reject(new Error(method));
}
