import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unique } from '../../support/backend.js';
import { type Carts, type Pass, qtys } from './backend.js';

/** A cart beside a plain model of it. */
export function cartModelSuite(carts: Carts, pass: Pass): void {
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
}
