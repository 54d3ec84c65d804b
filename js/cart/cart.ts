// What a cart is, and the options of its calls.
import type { ObjectClientOptions } from '../core/namespace.js';

/** An item for sale: an object with at least an id. Other fields are stored as JSON. */
export interface Sku {
  readonly id: string;
}

/** A SKU with any other fields. */
export type AnySku = Sku & { readonly [field: string]: unknown };

/** A line of a cart. */
export interface CartLine<Item extends Sku = AnySku> {
  sku: Item;
  /** A whole number from 1 to 1,000,000. */
  qty: number;
  size?: string;
  /** The data of a rental; stored as JSON. */
  rental?: unknown;
}

/** A cart: its lines by their keys, which are `sku.id`, or `sku.id:size` for a line with a size. */
export type CartState<Item extends Sku = AnySku> = Record<string, CartLine<Item>>;

/** One change of `CartStoreClient.mutate`. `setQty` and `remove` of a missing line are ignored. */
export type CartChange =
  | { op: 'increment'; sku: Sku & object; qty: number; size?: string | undefined; rental?: unknown }
  | { op: 'setQty'; skuId: string; qty: number }
  | { op: 'remove'; skuId: string };

/**
 * How a line that both carts have is merged: the `sum` of both quantities, the target's line
 * (`keep-target`), the source's (`replace`), or the larger quantity (`max`).
 */
export type MergePolicy = 'sum' | 'keep-target' | 'replace' | 'max';

/** Options of a read. */
export interface CartReadOptions {
  /** The owner for whom the caller acts: a cart of another owner is `forbidden`. */
  owner?: string | undefined;
}

/** Options of a mutation. */
export interface CartMutationOptions extends CartReadOptions {
  /**
   * Identifies this mutation: a cart applies it once, however often it is sent. For another mutation it is
   * `invalid_key`. Remembered for ten minutes, at least the newest 1,000 of a cart.
   * @defaultValue one for each call, so that its own retries are safe
   */
  idempotencyKey?: string | undefined;
  /** Applies only to this version of the cart, else `conflict`; 0 is the version of a missing cart. */
  ifVersion?: number | undefined;
}

/** Options of `CartStoreClient.incrementQty`: those of a mutation, and what the line is beside its SKU. */
export interface CartIncrementOptions extends CartMutationOptions {
  size?: string | undefined;
  /** The data of a rental; stored as JSON. */
  rental?: unknown;
}

/** Options of `CartStoreClient`. */
export interface CartStoreOptions extends ObjectClientOptions {
  /**
   * How long a cart lives after it was last read or changed, in whole seconds from 1 to 315,360,000 (ten years).
   * @defaultValue 2592000 (30 days)
   */
  ttlSeconds?: number | undefined;
  /**
   * What happens when a cart's object fails. `throw`: the call rejects. `memory`: the call uses this
   * isolate's memory, with a `fell_back` event each time. A change there is not seen by other isolates, and
   * is lost with this one; `mergeCart` never uses it. When three different carts in a row have failed, it is used at
   * once, but for one probe in ten seconds. A wrong binding rejects whatever this is.
   * @defaultValue 'throw'
   */
  onUnavailable?: 'throw' | 'memory' | undefined;
}
