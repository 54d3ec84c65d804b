// Two carts that become one, across objects and crashes.
import { env } from 'cloudflare:workers';
import { CartStoreClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { expect, test } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { intercepted } from '../../support/interception.js';
import { stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { CART_DO } = env as { CART_DO: ObjectHandle };
const stub = (id: string) => stubOf(CART_DO, id);
const mug = { id: 'mug' };

stoppedClock(1_900_000_000_000);

test('a merge that was cut off at any step is finished by the next, and adds once', async () => {
  for (const [step, delivered] of [0, 1, 2].flatMap((step) => [
    [step, false] as const,
    [step, true] as const,
  ])) {
    const carts = new CartStoreClient(CART_DO);
    const [guest, mine] = [await carts.createCart(), await carts.createCart()];
    await carts.incrementQty(guest, mug, 2);
    await carts.incrementQty(mine, mug, 3);
    let calls = 0;
    const dies = intercepted(CART_DO, async ({ deliver }) => {
      if (calls++ !== step) return deliver();
      if (delivered) await deliver();
      throw new Error('the Worker is gone');
    });
    expect(await code(new CartStoreClient(dies).mergeCart(guest, mine))).toBe('object_unavailable');
    expect(await carts.mergeCart(guest, mine), `${step} ${delivered}`).toMatchObject({ mug: { qty: 5 } });
    expect(await carts.getCart(guest)).toEqual({});
    expect(await carts.incrementQty(guest, mug, 1)).toMatchObject({ mug: { qty: 1 } });
  }
});

test('of two who merge the same carts, one that is refused does not undo the other', async () => {
  const carts = new CartStoreClient(CART_DO);
  const [guest, mine] = [await carts.createCart(), await carts.createCart()];
  await carts.incrementQty(guest, mug, 2);
  let calls = 0;
  // Between this one's refusal and its giving up, the other merges, and is cut off before the end.
  const slow = intercepted(CART_DO, async ({ deliver, method }) => {
    if (method === 'giveUpMerge') {
      const cut = intercepted(CART_DO, async ({ deliver }) => {
        if (calls++ === 2) throw new Error('the Worker is gone');
        return deliver();
      });
      await new CartStoreClient(cut).mergeCart(guest, mine).catch(() => {});
    }
    return deliver();
  });
  const stale = new CartStoreClient(slow).mergeCart(guest, mine, 'sum', { ifVersion: 7 });
  expect(await code(stale)).toBe('conflict');
  expect(await carts.mergeCart(guest, mine)).toMatchObject({ mug: { qty: 2 } });
  expect(await carts.getCart(guest)).toEqual({});
});

test('a second guest of the same customer is merged too, whatever key the calls carry', async () => {
  const carts = new CartStoreClient(CART_DO);
  const mine = await carts.createCart();
  for (const qty of [2, 4]) {
    const guest = await carts.createCart();
    await carts.incrementQty(guest, mug, 2);
    const merged = await carts.mergeCart(guest, mine, 'sum', { idempotencyKey: 'sign-in' });
    expect(merged).toMatchObject({ mug: { qty } });
  }
});

test('by RPC, too, a merge leaves no line without a quantity', async () => {
  const id = unique('cart');
  const lines = JSON.stringify({ mug: { sku: mug, qty: -5 }, a: { sku: { id: 'a' }, qty: 1 } });
  await (stub(id) as { merge?: (...args: unknown[]) => unknown }).merge?.('id', lines, 'sum', 60);
  expect(await new CartStoreClient(CART_DO).getCart(id)).toEqual({ a: { sku: { id: 'a' }, qty: 1 } });
});

test('a cart under merge refuses changes and another target', async () => {
  const carts = new CartStoreClient(CART_DO);
  const [guest, mine, other] = [await carts.createCart(), await carts.createCart(), await carts.createCart()];
  await carts.incrementQty(guest, mug, 2);
  await (stub(guest) as { beginMerge?: (...args: string[]) => unknown }).beginMerge?.(mine, 'id');
  expect(await code(carts.incrementQty(guest, mug, 1))).toBe('conflict');
  expect(await code(carts.mergeCart(guest, other))).toBe('conflict');
  expect(await carts.getCart(guest)).toMatchObject({ mug: { qty: 2 } });
  expect(await carts.mergeCart(guest, mine)).toMatchObject({ mug: { qty: 2 } });
});
