import { describe, expect, test } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { stoppedClock } from '../../support/time.js';
import { type CartBackend, mug, qtys } from './backend.js';
import { cartLineSuite } from './lines.js';
import { cartMergeSuite } from './merge.js';
import { cartModelSuite } from './model.js';
import { cartOnceSuite } from './once.js';
import { cartRefusalSuite } from './refusals.js';

export function cartSuite({ name, carts, merges }: CartBackend): void {
  const clock = stoppedClock(1_900_000_000_000);
  const pass = (seconds: number) => clock.pass(seconds * 1_000);

  describe(`carts: ${name}`, () => {
    test('a line is added to, set, removed', async () => {
      const client = carts();
      const id = await client.createCart();
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(await client.getCart(id)).toEqual({});
      expect(await client.incrementQty(id, mug, 2)).toEqual({ mug: { sku: mug, qty: 2 } });
      expect(await client.incrementQty(id, mug, 1, 'L')).toEqual({
        mug: { sku: mug, qty: 2 },
        'mug:L': { sku: mug, qty: 1, size: 'L' },
      });
      expect(qtys(await client.setQty(id, 'mug:L', 7))).toEqual({ mug: 2, 'mug:L': 7 });
      expect(qtys(await client.removeItem(id, 'mug'))).toEqual({ 'mug:L': 7 });
      expect(qtys(await client.getCart(id))).toEqual({ 'mug:L': 7 });
    });

    test('a line that is not there is null, and one that reaches 0 is gone', async () => {
      const client = carts();
      const id = await client.createCart();
      expect(await client.setQty(id, 'mug', 1)).toBeNull();
      expect(await client.removeItem(id, 'mug')).toBeNull();
      await client.incrementQty(id, mug, 2);
      expect(await client.incrementQty(id, mug, -2)).toEqual({});
      await client.incrementQty(id, mug, 2);
      expect(await client.setQty(id, 'mug', -1)).toEqual({});
      expect(await client.incrementQty(id, mug, 0)).toEqual({});
    });

    test('size, rental and options go together in one object', async () => {
      const client = carts();
      const id = await client.createCart({ owner: 'ann' });
      const once = { size: 'L', rental: { days: 3 }, idempotencyKey: 'once', owner: 'ann' };
      const cart = { 'mug:L': { sku: mug, qty: 2, size: 'L', rental: { days: 3 } } };
      expect(await client.incrementQty(id, mug, 2, once)).toEqual(cart);
      expect(await client.incrementQty(id, mug, 2, once)).toEqual(cart);
      expect(await code(client.incrementQty(id, mug, 2, { owner: 'bob' }))).toBe('forbidden');
      expect(await code(client.incrementQty(id, mug, 2, { size: 7 as never, owner: 'ann' }))).toBe(
        'invalid_value',
      );
    });

    test.each(['constructor', '__proto__', 'toString', 'a"b\\c\n', 'ünïcødé 🛒', "x'; DROP TABLE lines; --"])(
      '%j is an ordinary key',
      async (key) => {
        const client = carts();
        const id = await client.createCart();
        const cart = await client.incrementQty(id, { id: key }, 3, 'M');
        expect(Object.entries(cart)).toEqual([[`${key}:M`, { sku: { id: key }, qty: 3, size: 'M' }]]);
        expect(await client.removeItem(id, `${key}:M`)).toEqual({});
      },
    );

    test('a cart is replaced as it is given, in its order', async () => {
      const client = carts();
      const id = unique('cart');
      const cart = {
        'b:L': { sku: { id: 'b' }, qty: 1, size: 'L', note: 'kept' },
        a: { sku: { id: 'a', tags: ['x', { y: null }] }, qty: 1_000_000 },
      };
      await client.setCart(id, cart);
      expect(JSON.stringify(await client.getCart(id))).toBe(
        JSON.stringify({
          'b:L': { sku: { id: 'b' }, qty: 1, size: 'L', note: 'kept' },
          a: { sku: { id: 'a', tags: ['x', { y: null }] }, qty: 1_000_000 },
        }),
      );
      await client.setCart(id, {});
      expect(await client.getCart(id)).toEqual({});
    });

    test('an unknown cart is empty, and so is a deleted one', async () => {
      const client = carts();
      const id = unique('cart');
      expect(await client.getCart(id)).toEqual({});
      expect(await client.getCartWithVersion(id)).toEqual({ cart: {}, version: 0 });
      await client.incrementQty(id, mug, 1);
      await client.deleteCart(id);
      expect(await client.getCartWithVersion(id)).toEqual({ cart: {}, version: 0 });
      expect(qtys(await client.incrementQty(id, mug, 4))).toEqual({ mug: 4 });
    });

    test('a cart ends with its TTL, which reads and writes renew after 1 % of it', async () => {
      const client = carts({ ttlSeconds: 1_000 });
      const id = await client.createCart();
      await client.incrementQty(id, mug, 1);
      pass(999);
      expect(qtys(await client.getCart(id))).toEqual({ mug: 1 });
      pass(999);
      expect(qtys(await client.incrementQty(id, mug, 1))).toEqual({ mug: 2 });
      pass(9);
      await client.getCart(id);
      pass(991);
      expect(await client.getCart(id)).toEqual({});
      expect(qtys(await client.incrementQty(id, mug, 5))).toEqual({ mug: 5 });
    });

    cartOnceSuite(carts, pass);
    cartRefusalSuite(carts);
    cartLineSuite(carts, merges);
    cartModelSuite(carts, pass);
    if (merges) cartMergeSuite(carts);
  });
}
