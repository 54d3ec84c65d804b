import { expect, test } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { type Carts, manyLines, mug, qtys } from './backend.js';

/** What is refused, and has changed nothing. */
export function cartRefusalSuite(carts: Carts): void {
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
}
