import { expect, test } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { type Carts, mug, type Pass, qtys } from './backend.js';

/** Changes that are one step, and are made once. */
export function cartOnceSuite(carts: Carts, pass: Pass): void {
  test('an idempotency key is of one call: used for another it is refused, and nothing has changed', async () => {
    const client = carts();
    const id = await client.createCart();
    const once = { idempotencyKey: 'once' };
    await client.incrementQty(id, mug, 2, undefined, undefined, once);
    expect(await code(client.deleteCart(id, once))).toBe('invalid_key');
    expect(await code(client.setCart(id, {}, once))).toBe('invalid_key');
    expect(await code(client.incrementQty(id, mug, 3, undefined, undefined, once))).toBe('invalid_key');
    expect(await code(client.removeItem(id, 'mug', once))).toBe('invalid_key');
    expect(await client.incrementQty(id, mug, 2, undefined, undefined, once)).toMatchObject({
      mug: { qty: 2 },
    });
    await client.deleteCart(id, { idempotencyKey: 'end' });
    await client.deleteCart(id, { idempotencyKey: 'end' });
    expect(await client.getCart(id)).toEqual({});
  });

  test('several changes are one step, all or none', async () => {
    const client = carts();
    const id = await client.createCart();
    await client.incrementQty(id, mug, 1);
    const { version } = await client.getCartWithVersion(id);
    const changed = await client.mutate(id, [
      { op: 'increment', sku: { id: 'a' }, qty: 2 },
      { op: 'setQty', skuId: 'mug', qty: 9 },
      { op: 'remove', skuId: 'not there' },
    ]);
    expect(qtys(changed)).toEqual({ mug: 9, a: 2 });
    expect(await client.getCartWithVersion(id)).toMatchObject({ version: version + 1 });
    const bad = client.mutate(id, [
      { op: 'remove', skuId: 'mug' },
      { op: 'increment', sku: { id: 'a' }, qty: 1_000_000 },
    ]);
    expect(await code(bad)).toBe('limit_exceeded');
    expect(qtys(await client.getCart(id))).toEqual({ mug: 9, a: 2 });
  });

  test('a mutation that is sent again is applied once', async () => {
    const client = carts();
    const id = await client.createCart();
    const once = { idempotencyKey: 'a lost reply' };
    const sent = await Promise.all(
      Array.from({ length: 5 }, () => client.incrementQty(id, mug, 2, undefined, undefined, once)),
    );
    expect(sent.map(qtys)).toEqual(sent.map(() => ({ mug: 2 })));
    await client.incrementQty(id, mug, 1);
    expect(qtys(await client.incrementQty(id, mug, 2, undefined, undefined, once))).toEqual({ mug: 3 });
    await client.setCart(id, {}, { idempotencyKey: 'set' });
    await client.incrementQty(id, mug, 1);
    await client.setCart(id, {}, { idempotencyKey: 'set' });
    expect(qtys(await client.getCart(id))).toEqual({ mug: 1 });
    pass(601);
    expect(qtys(await client.incrementQty(id, mug, 2, undefined, undefined, once))).toEqual({ mug: 3 });
  });

  test('a retry of what was before a deletion does not bring the cart back', async () => {
    const client = carts();
    const id = await client.createCart();
    const once = { idempotencyKey: 'late' };
    await client.incrementQty(id, mug, 2, undefined, undefined, once);
    await client.deleteCart(id);
    await client.incrementQty(id, mug, 2, undefined, undefined, once);
    expect(await client.getCart(id)).toEqual({});
  });

  test('ifVersion refuses a lost update', async () => {
    const client = carts();
    const id = unique('cart');
    await client.setCart(id, {}, { ifVersion: 0 });
    expect(await code(client.setCart(id, {}, { ifVersion: 0 }))).toBe('conflict');
    const { version } = await client.getCartWithVersion(id);
    const both = await Promise.allSettled([
      client.incrementQty(id, mug, 1, undefined, undefined, { ifVersion: version }),
      client.incrementQty(id, { id: 'a' }, 1, undefined, undefined, { ifVersion: version }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(Object.keys(await client.getCart(id))).toHaveLength(1);
  });

  test('a version of an earlier cart is none of the next', async () => {
    const client = carts({ ttlSeconds: 100 });
    const id = unique('cart');
    await client.setCart(id, {});
    const { version } = await client.getCartWithVersion(id);
    pass(101);
    await client.setCart(id, {});
    expect(await code(client.setCart(id, {}, { ifVersion: version }))).toBe('conflict');
  });
}
