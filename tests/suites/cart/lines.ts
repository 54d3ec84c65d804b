import { describe, expect, test } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { type Carts, mug, qtys } from './backend.js';

/** SKUs whose ids hold what joins an id with a size: the lines of each pair have one key. */
const SHARED_KEYS: [one: [string, string?], other: [string, string?]][] = [
  [['tee:L'], ['tee', 'L']],
  [
    ['a:b', 'c'],
    ['a', 'b:c'],
  ],
  [
    ['gid://shop/1', 'L'],
    ['gid', '//shop/1:L'],
  ],
];

/** Whose line is whose. */
export function cartLineSuite(carts: Carts, merges: boolean): void {
  describe('lines', () => {
    test.each(SHARED_KEYS)('%j and %j are not one line', async (one, other) => {
      const client = carts();
      const add = (id: string, [sku, size]: [string, string?], qty: number) =>
        client.incrementQty(id, { id: sku, price: sku.length }, qty, size);
      for (const [first, second] of [
        [one, other],
        [other, one],
      ] as const) {
        const id = await client.createCart();
        const before = await add(id, first, 2);
        const key = Object.keys(before)[0] as string;
        const { version } = await client.getCartWithVersion(id);
        for (const qty of [1, 0, -1, -2]) expect(await code(add(id, second, qty))).toBe('invalid_value');
        const increment = { op: 'increment', sku: { id: second[0] }, qty: 1, size: second[1] } as const;
        const changes = [{ op: 'setQty', skuId: key, qty: 9 } as const, increment];
        expect(await code(client.mutate(id, changes))).toBe('invalid_value');
        expect(await client.getCartWithVersion(id)).toEqual({ cart: before, version });
        // In one step the line changes hands.
        expect(qtys(await client.mutate(id, [{ op: 'remove', skuId: key }, increment]))).toEqual({
          [key]: 1,
        });
        expect(await code(add(id, first, 1))).toBe('invalid_value');
        // A cart that is replaced has the line of either.
        await client.setCart(id, before);
        expect(qtys(await add(id, first, 1))).toEqual({ [key]: 3 });
        const [sku, size] = second;
        expect(
          await code(client.setCart(id, { [`${key}:`]: { sku: { id: sku }, qty: 1, size: size ?? '' } })),
        ).toBe('invalid_value');
      }
    });

    test('an id may hold colons, and a size too', async () => {
      const client = carts();
      const id = await client.createCart();
      const sku = { id: 'gid://shopify/ProductVariant/1' };
      await client.incrementQty(id, sku, 1);
      await client.incrementQty(id, sku, 2, 'L');
      await client.incrementQty(id, sku, 1, '');
      await client.incrementQty(id, sku, 1, 'W:32');
      const lines = { [sku.id]: 2, [`${sku.id}:L`]: 2, [`${sku.id}:W:32`]: 1 };
      expect(qtys(await client.incrementQty(id, sku, 0, 'L'))).toEqual(lines);
      expect(qtys(await client.setQty(id, `${sku.id}:L`, 5))).toEqual({ ...lines, [`${sku.id}:L`]: 5 });
      expect(Object.keys((await client.removeItem(id, sku.id)) ?? {})).not.toContain(sku.id);
    });

    test('a line is of one rental: without one it keeps its own, and with another a change is refused', async () => {
      const client = carts();
      const id = await client.createCart();
      const rental = { from: '2027-01-01', to: { day: 3, hours: [9, 17] } };
      const add = (rented?: unknown, qty = 1) => client.incrementQty(id, mug, qty, undefined, rented);
      await add(rental);
      expect(await add()).toEqual({ mug: { sku: mug, qty: 2, rental } });
      expect(qtys(await add(null))).toEqual({ mug: 3 });
      // The same, in whatever order it was put together.
      expect(qtys(await add({ to: { hours: [9, 17], day: 3 }, from: rental.from }))).toEqual({ mug: 4 });
      const others = [
        { from: rental.from },
        { ...rental, to: { day: 3, hours: [17, 9] } },
        { ...rental, more: 1 },
        'x',
        0,
        false,
        [],
        {},
      ];
      for (const other of others) {
        expect(await code(add(other)), JSON.stringify(other)).toBe('invalid_value');
        expect(await code(add(other, -4))).toBe('invalid_value');
      }
      expect(await client.getCart(id)).toEqual({ mug: { sku: mug, qty: 4, rental } });
      await client.removeItem(id, 'mug');
      // What is bought is not rented.
      await add();
      expect(await code(add(rental))).toBe('invalid_value');
      expect(await client.getCart(id)).toEqual({ mug: { sku: mug, qty: 1 } });
    });

    test('a line that was set with other fields, in another order, is known', async () => {
      const client = carts();
      const id = unique('cart');
      const line = { note: '"size":"S"', rental: { days: 3 }, size: 'L', sku: mug, qty: 1 };
      await client.setCart(id, { 'mug:L': line });
      expect(qtys(await client.incrementQty(id, mug, 1, 'L'))).toEqual({ 'mug:L': 2 });
      expect(qtys(await client.incrementQty(id, mug, 1, 'L', { days: 3 }))).toEqual({ 'mug:L': 3 });
      expect(await code(client.incrementQty(id, { id: 'mug:L' }, 1))).toBe('invalid_value');
      expect(await code(client.incrementQty(id, mug, 1, 'L', { days: 4 }))).toBe('invalid_value');
    });

    if (!merges) return;

    test.each(['sum', 'keep-target', 'replace', 'max'] as const)(
      'carts whose lines are not one are not merged (%s)',
      async (policy) => {
        const client = carts();
        const cases: [object, object][] = [
          [
            { 'tee:L': { sku: { id: 'tee:L' }, qty: 1 } },
            { 'tee:L': { sku: { id: 'tee' }, qty: 1, size: 'L' } },
          ],
          [{ mug: { sku: mug, qty: 1, rental: 1 } }, { mug: { sku: mug, qty: 1, rental: 2 } }],
          [{ mug: { sku: mug, qty: 1, rental: 1 } }, { mug: { sku: mug, qty: 1 } }],
        ];
        for (const [source, target] of [...cases, ...cases.map(([a, b]) => [b, a] as const)]) {
          const [guest, mine] = [await client.createCart(), await client.createCart()];
          const other = { hat: { sku: { id: 'hat' }, qty: 1 } };
          await client.setCart(guest, { ...other, ...source });
          await client.setCart(mine, target as never);
          expect(await code(client.mergeCart(guest, mine, policy))).toBe('invalid_value');
          expect(await client.getCart(mine)).toEqual(target);
          // The source is no longer frozen, and can be merged when that line is gone.
          await client.removeItem(guest, Object.keys(source)[0] as string);
          expect(qtys(await client.mergeCart(guest, mine, policy))).toMatchObject({ hat: 1 });
        }
      },
    );
  });
}
