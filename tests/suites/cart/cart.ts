import type { CartStoreClient, CartStoreOptions, MergePolicy } from '@codex/cloudflare-clients';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { stoppedClock } from '../../support/time.js';

/** What keeps carts in a suite. */
export interface CartBackend {
  name: string;
  carts(options?: CartStoreOptions): CartStoreClient;
  /** Has merges: two carts that agree across a crash. */
  merges: boolean;
}

const mug = { id: 'mug', title: 'Mug', price: 1250 };
const qtys = (cart: Record<string, { qty: number }> | null) =>
  cart && Object.fromEntries(Object.entries(cart).map(([key, { qty }]) => [key, qty]));

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

    test('a rental stays until another is named', async () => {
      const client = carts();
      const id = await client.createCart();
      const rental = { from: '2027-01-01', days: 3 };
      await client.incrementQty(id, mug, 1, undefined, rental);
      expect(await client.incrementQty(id, mug, 1)).toEqual({ mug: { sku: mug, qty: 2, rental } });
      const other = await client.incrementQty(id, mug, 1, undefined, { days: 1 });
      expect(other).toEqual({ mug: { sku: mug, qty: 3, rental: { days: 1 } } });
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

    test('a cart of another owner is forbidden', async () => {
      const client = carts();
      const id = await client.createCart({ owner: 'me' });
      const mine = { owner: 'me' };
      const theirs = { owner: 'you' };
      await client.incrementQty(id, mug, 1, undefined, undefined, mine);
      for (const call of [
        client.incrementQty(id, mug, 1, undefined, undefined, theirs),
        client.getCart(id, theirs),
        client.getCartWithVersion(id, theirs),
        client.setCart(id, {}, theirs),
        client.setQty(id, 'mug', 5, theirs),
        client.removeItem(id, 'mug', theirs),
        client.mutate(id, [{ op: 'remove', skuId: 'mug' }], theirs),
        client.deleteCart(id, theirs),
      ]) {
        expect(await code(call)).toBe('forbidden');
      }
      expect(qtys(await client.getCart(id, mine))).toEqual({ mug: 1 });
      expect(qtys(await client.getCart(id))).toEqual({ mug: 1 });
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

    test('what is no cart, no quantity, no key is refused and nothing has changed', async () => {
      const client = carts();
      const id = await client.createCart();
      await client.incrementQty(id, mug, 1);
      const before = await client.getCartWithVersion(id);
      expect(before.cart).toEqual({ mug: { sku: mug, qty: 1 } });
      const cyclic: { id: string; self?: unknown } = { id: 'c' };
      cyclic.self = cyclic;
      const refused: [string, () => Promise<unknown>][] = [
        ...[
          0.5,
          Number.NaN,
          Number.POSITIVE_INFINITY,
          1_000_001,
          -1_000_001,
          '1',
          null,
          undefined,
          1n,
          {},
        ].flatMap((qty): [string, () => Promise<unknown>][] => [
          ['invalid_value', () => client.incrementQty(id, mug, qty as number)],
          ['invalid_value', () => client.setQty(id, 'mug', qty as number)],
          ['invalid_value', () => client.setCart(id, { mug: { sku: mug, qty: qty as number } })],
        ]),
        ...[null, undefined, 'mug', 1, {}, [], { id: 1 }, cyclic, { id: 'a\ud800' }].map(
          (sku): [string, () => Promise<unknown>] => [
            'invalid_value',
            () => client.incrementQty(id, sku as never, 1),
          ],
        ),
        ['limit_exceeded', () => client.incrementQty(id, mug, 1_000_000)],
        ['limit_exceeded', () => client.incrementQty(id, { id: 'big', text: 'x'.repeat(600_000) }, 1)],
        ['value_too_large', () => client.incrementQty(id, { id: 'big', text: 'x'.repeat(2_100_000) }, 1)],
        ['invalid_key', () => client.incrementQty(id, { id: '' }, 1)],
        ['invalid_key', () => client.incrementQty(id, { id: 'x'.repeat(513) }, 1)],
        ['invalid_value', () => client.incrementQty(id, mug, 1, 5 as never)],
        ['invalid_value', () => client.setCart(id, null as never)],
        ['invalid_value', () => client.setCart(id, [] as never)],
        ['invalid_value', () => client.setCart(id, { other: { sku: mug, qty: 1 } })],
        ['invalid_value', () => client.setCart(id, { mug: null as never })],
        ['limit_exceeded', () => client.setCart(id, manyLines(501))],
        ['invalid_value', () => client.mutate(id, [])],
        ['invalid_value', () => client.mutate(id, [{ op: 'explode' } as never])],
        ['invalid_value', () => client.mutate(id, 'x' as never)],
        ['invalid_key', () => client.setQty(id, '', 1)],
        ['invalid_key', () => client.getCart('')],
        ['invalid_key', () => client.getCart(5 as never)],
        ['invalid_key', () => client.getCart('x'.repeat(513))],
        ['invalid_key', () => client.deleteCart(id, { idempotencyKey: '' })],
        ['invalid_key', () => client.deleteCart(id, { idempotencyKey: 'x'.repeat(513) })],
        ['invalid_key', () => client.deleteCart(id, { owner: '' })],
        ['invalid_value', () => client.deleteCart(id, { ifVersion: -1 })],
        ['invalid_value', () => client.deleteCart(id, { ifVersion: '1' as never })],
      ];
      for (const [expected, call] of refused) expect(await code(call()), call.toString()).toBe(expected);
      expect(await client.getCartWithVersion(id)).toEqual(before);
    });

    test('500 lines are taken, and not one more', async () => {
      const client = carts();
      const id = unique('cart');
      await client.setCart(id, manyLines(500));
      expect(await code(client.incrementQty(id, { id: 'one more' }, 1))).toBe('limit_exceeded');
      expect(Object.keys(await client.getCart(id))).toHaveLength(500);
    });

    test('random changes leave what a plain model has', async () => {
      const key = fc.constantFrom('a', 'b', 'c:L');
      const step = fc.oneof(
        fc.record({ op: fc.constant('increment' as const), key, qty: fc.integer({ min: -3, max: 5 }) }),
        fc.record({ op: fc.constant('setQty' as const), key, qty: fc.integer({ min: -1, max: 5 }) }),
        fc.record({ op: fc.constant('remove' as const), key }),
        fc.record({ op: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 150 }) }),
      );
      const run = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const client = carts({ ttlSeconds: 100 });
        const id = unique('cart');
        let lines: Record<string, number> = {};
        let touched = Date.now();
        for (const step of steps) {
          if (step.op === 'wait') {
            pass(step.seconds);
          } else {
            if (Date.now() - touched >= 100_000) lines = {};
            const [sku, size] = step.key.split(':') as [string, string | undefined];
            const there = step.key in lines;
            const apply = (qty: number) => {
              lines[step.key] = qty;
              if (qty <= 0) delete lines[step.key];
            };
            if (step.op === 'increment') {
              apply((lines[step.key] ?? 0) + step.qty);
              expect(qtys(await client.incrementQty(id, { id: sku }, step.qty, size))).toEqual(lines);
            } else if (step.op === 'setQty') {
              if (there) apply(step.qty);
              expect(qtys(await client.setQty(id, step.key, step.qty))).toEqual(there ? lines : null);
            } else {
              if (there) apply(0);
              expect(qtys(await client.removeItem(id, step.key))).toEqual(there ? lines : null);
            }
          }
          // Time goes in whole seconds, and after one of a hundred the TTL is renewed: no call is too early for that.
          if (Date.now() - touched >= 100_000) lines = {};
          expect(qtys(await client.getCart(id))).toEqual(lines);
          touched = Date.now();
        }
      });
      await fc.assert(run, { numRuns: 40 });
    });

    if (!merges) return;
    describe('a merge', () => {
      const cases: [MergePolicy, number][] = [
        ['sum', 7],
        ['keep-target', 5],
        ['replace', 2],
        ['max', 5],
      ];
      test.each(cases)('%s', async (policy, both) => {
        const client = carts();
        const [guest, mine] = [await client.createCart(), await client.createCart()];
        await client.setCart(guest, { a: { sku: { id: 'a' }, qty: 2 }, b: { sku: { id: 'b' }, qty: 1 } });
        await client.setCart(mine, { a: { sku: { id: 'a' }, qty: 5 }, c: { sku: { id: 'c' }, qty: 9 } });
        const merged = await client.mergeCart(guest, mine, policy);
        expect(qtys(merged)).toEqual({ a: both, c: 9, b: 1 });
        expect(qtys(await client.getCart(mine))).toEqual({ a: both, c: 9, b: 1 });
        expect(await client.getCart(guest)).toEqual({});
        expect(qtys(await client.mergeCart(guest, mine, policy))).toEqual({ a: both, c: 9, b: 1 });
      });

      test('that the target refuses changes nothing', async () => {
        const client = carts();
        const [guest, mine] = [await client.createCart(), await client.createCart({ owner: 'me' })];
        await client.setCart(guest, { a: { sku: { id: 'a' }, qty: 600_000 } });
        await client.setCart(mine, { a: { sku: { id: 'a' }, qty: 600_000 } });
        expect(await code(client.mergeCart(guest, mine))).toBe('limit_exceeded');
        expect(await code(client.mergeCart(guest, mine, 'x' as never))).toBe('invalid_value');
        expect(await code(client.mergeCart(guest, mine, 'max', { owner: 'you' }))).toBe('forbidden');
        expect(await code(client.mergeCart(guest, mine, 'max', { ifVersion: 7 }))).toBe('conflict');
        expect(await code(client.mergeCart(mine, mine))).toBe('invalid_value');
        expect(qtys(await client.setQty(guest, 'a', 1))).toEqual({ a: 1 });
        expect(qtys(await client.getCart(mine))).toEqual({ a: 600_000 });
      });
    });
  });
}

const manyLines = (n: number) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`sku-${i}`, { sku: { id: `sku-${i}` }, qty: 1 }]));
