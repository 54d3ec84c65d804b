import { randomUUID } from 'node:crypto';
import type { Random } from '../../support/random.js';
import type { Actor, Step } from './actor.js';
import type { Call } from './worker.js';

type Lines = Record<string, { sku: { id: string }; qty: number }>;

/** A cart: lines that are made, changed and deleted, and other carts that are merged into it. */
export class CartActor implements Actor {
  readonly #id = randomUUID();
  readonly #lines: Lines = {};
  #guest: { id: string; lines: Lines } | undefined;

  next(random: Random): Step {
    if (this.#guest) return this.#merge(this.#guest);
    if (random(10) === 0) return this.#fill(random);
    const sku = { id: `sku-${random(5)}` };
    const line = this.#lines[sku.id];
    const options = { idempotencyKey: randomUUID() };
    switch (random(4)) {
      case 0: {
        const qty = random(4);
        if (line && qty > 0) line.qty = qty;
        else delete this.#lines[sku.id];
        return this.#step('setQty', [sku.id, qty, options], line !== undefined);
      }
      case 1:
        delete this.#lines[sku.id];
        return this.#step('removeItem', [sku.id, options], line !== undefined);
      default: {
        const by = random(5) - 1;
        const qty = (line?.qty ?? 0) + by;
        if (qty > 0) this.#lines[sku.id] = { sku, qty };
        else delete this.#lines[sku.id];
        return this.#step('incrementQty', [sku, by, null, null, options]);
      }
    }
  }

  // A guest's cart, which the next call merges: two objects, and a crash may come between.
  #fill(random: Random): Step {
    const skus = [{ id: `sku-${random(5)}` }, { id: 'sku-5' }];
    const lines = Object.fromEntries(skus.map((sku) => [sku.id, { sku, qty: 1 + random(3) }]));
    const guest = { id: randomUUID(), lines };
    this.#guest = guest;
    const args = [guest.id, lines, { idempotencyKey: randomUUID() }];
    return { call: { client: 'cart', method: 'setCart', args }, answer: null };
  }

  #merge({ id, lines }: { id: string; lines: Lines }): Step {
    this.#guest = undefined;
    for (const [key, { sku, qty }] of Object.entries(lines)) {
      this.#lines[key] = { sku, qty: qty + (this.#lines[key]?.qty ?? 0) };
    }
    const args = [id, this.#id, 'sum', { idempotencyKey: randomUUID() }];
    return { call: { client: 'cart', method: 'mergeCart', args }, answer: structuredClone(this.#lines) };
  }

  look = () => this.#step('getCart', []);

  #step(method: string, args: unknown[], found = true): Step {
    const call: Call = { client: 'cart', method, args: [this.#id, ...args] };
    return { call, answer: found ? structuredClone(this.#lines) : null };
  }
}
