import type { MergePolicy } from '@codex/cloudflare-clients';
import { describe, expect, test } from 'vitest';
import { code } from '../../support/backend.js';
import { type Carts, qtys } from './backend.js';

/** Two carts that become one. */
export function cartMergeSuite(carts: Carts): void {
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
}
