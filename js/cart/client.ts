import { bindMethods } from '../core/bound.js';
import { fieldsOf, notText } from '../core/checks.js';
import { refused } from '../core/events.js';
import type { Identity } from '../core/identity.js';
import {
  type CartObjects,
  OBJECT_OPTIONS,
  type Objects,
  objectsIdentity,
  objectsOf,
} from '../core/namespace.js';
import { oneOf, optionsOf, wholeSeconds } from '../core/options.js';
import { ownKey, randomId } from '../core/own_key.js';
import { callObject, observedObject, otherClass } from '../core/stub_call.js';
import type { CartMethod, MergeArguments } from '../wasm/clients.js';
import { callSync } from '../wasm/driver.js';
import { contentOf, INCREMENT, notId, notQuantity, notTerms, TERMS } from './arguments.js';
import type {
  AnySku,
  CartChange,
  CartIncrementOptions,
  CartMutationOptions,
  CartReadOptions,
  CartState,
  CartStoreOptions,
  MergePolicy,
  Sku,
} from './cart.js';

const TTL_SECONDS = 2_592_000;

const OPTIONS = [...OBJECT_OPTIONS, 'ttlSeconds', 'onUnavailable'] as const;

/**
 * Carts, each in a Durable Object of its own. A change takes one round trip and is applied once, also when
 * its reply was lost and the client sends it again.
 *
 * @example
 * ```ts
 * const carts = new CartStoreClient(env.CART_DO);
 * const id = await carts.createCart();
 * await carts.incrementQty(id, { id: 'mug', title: 'Mug', price: 1250 }, 2);
 * const cart = await carts.getCart(id); // { mug: { sku: { id: 'mug', … }, qty: 2 } }
 * ```
 */
export class CartStoreClient<Item extends Sku = AnySku> {
  readonly #objects: Objects;
  readonly #ttlSeconds: number;
  /** Whose carts this isolate's memory keeps, where it stands in for objects. */
  readonly #memory: Identity | undefined;

  /**
   * @throws {CloudflareClientsError} `invalid_handle` when `namespace` is no Durable Object namespace,
   * `invalid_ttl` for an invalid `ttlSeconds`, `misconfigured` for another invalid option.
   */
  constructor(namespace: CartObjects, options?: CartStoreOptions) {
    const given = optionsOf(options, OPTIONS);
    const { ttlSeconds = TTL_SECONDS, onUnavailable = 'throw' } = given;
    this.#objects = objectsOf(namespace, 'CartStoreClient', 'CartDurableObject', given);
    this.#ttlSeconds = wholeSeconds(ttlSeconds);
    const memory = oneOf(onUnavailable, 'onUnavailable', ['throw', 'memory']) === 'memory';
    if (!memory) return;
    this.#memory = objectsIdentity(namespace, 'CartStoreClient', given);
    this.#objects.breaker = this.#memory.breaker;
  }

  /** Makes an empty cart and returns its id, a UUID. With `owner` the cart is `forbidden` to other owners. */
  async createCart(options?: CartReadOptions): Promise<string> {
    const id = randomId();
    await this.#mutate('createCart', id, 'set', {}, options);
    return id;
  }

  /** Returns the cart; `{}` when it does not exist or has expired, and then nothing is written. */
  async getCart(id: string, options?: CartReadOptions): Promise<CartState<Item>> {
    return (await this.#get('getCart', id, options)).cart;
  }

  /** Returns the cart with its version, for `ifVersion`; version 0 when it does not exist or has expired. */
  getCartWithVersion(
    id: string,
    options?: CartReadOptions,
  ): Promise<{ cart: CartState<Item>; version: number }> {
    return this.#get('getCartWithVersion', id, options);
  }

  /** Replaces the cart. */
  async setCart<S extends Sku>(id: string, cart: CartState<S>, options?: CartMutationOptions): Promise<void> {
    await this.#mutate('setCart', id, 'set', cart, options);
  }

  /** Deletes the cart. */
  async deleteCart(id: string, options?: CartMutationOptions): Promise<void> {
    await this.#mutate('deleteCart', id, 'delete', null, options);
  }

  /**
   * Adds to a line, and returns the cart. A missing line is added, and a line is deleted when its quantity
   * reaches 0. Without `rental` a line keeps its own. A line of another SKU (whose id and size have the same key), or
   * of another rental, is `invalid_value`.
   *
   * @param qty - A whole number from -1,000,000 to 1,000,000.
   * @throws {CloudflareClientsError} `invalid_value`; `limit_exceeded` beyond 500 lines, a quantity of
   * 1,000,000 or 512 KB; `forbidden`; `conflict`; `timeout`, `object_unavailable`, `object_overloaded`.
   */
  incrementQty<S extends Sku>(
    id: string,
    sku: S,
    qty: number,
    options?: CartIncrementOptions,
  ): Promise<CartState<Item>>;
  incrementQty<S extends Sku>(
    id: string,
    sku: S,
    qty: number,
    size?: string,
    rental?: unknown,
    options?: CartMutationOptions,
  ): Promise<CartState<Item>>;
  async incrementQty<S extends Sku>(
    id: string,
    sku: S,
    qty: number,
    sizeOrOptions?: string | CartIncrementOptions,
    ...more: [rental?: unknown, options?: CartMutationOptions]
  ): Promise<CartState<Item>> {
    const together = typeof sizeOrOptions === 'object' && sizeOrOptions !== null;
    const given = fieldsOf(together ? sizeOrOptions : null, INCREMENT);
    const bad = given.bad ?? notQuantity(qty);
    if (bad) return refused(this.#objects.onEvent, 'cart', 'incrementQty', bad);
    const [size, rental, options] = together ? [given.size, given.rental, given] : [sizeOrOptions, ...more];
    const change = { op: 'increment', sku, qty, size, rental };
    return this.#cart(await this.#mutate('incrementQty', id, 'change', change, options));
  }

  /** Sets the quantity of a line, and returns the cart; 0 or less deletes the line. Null for a missing line. */
  async setQty(
    id: string,
    skuId: string,
    qty: number,
    options?: CartMutationOptions,
  ): Promise<CartState<Item> | null> {
    const bad = notText(skuId, 'skuId') ?? notQuantity(qty);
    if (bad) return refused(this.#objects.onEvent, 'cart', 'setQty', bad);
    const reply = await this.#mutate('setQty', id, 'change', { op: 'setQty', skuId, qty }, options);
    return reply?.[1] === false ? null : this.#cart(reply);
  }

  /** Deletes a line, and returns the cart. Null for a missing line. */
  async removeItem(
    id: string,
    skuId: string,
    options?: CartMutationOptions,
  ): Promise<CartState<Item> | null> {
    const bad = notText(skuId, 'skuId');
    if (bad) return refused(this.#objects.onEvent, 'cart', 'removeItem', bad);
    const reply = await this.#mutate('removeItem', id, 'change', { op: 'remove', skuId }, options);
    return reply?.[1] === false ? null : this.#cart(reply);
  }

  /** Applies up to 500 changes in one round trip, all or none, in their order, and returns the cart. */
  async mutate(
    id: string,
    changes: readonly CartChange[],
    options?: CartMutationOptions,
  ): Promise<CartState<Item>> {
    return this.#cart(await this.#mutate('mutate', id, 'mutate', changes, options));
  }

  /**
   * Merges a cart into another, deletes it, and returns the merged cart: a guest's into the customer's on
   * sign-in. Until the merge has ended the source refuses changes with `conflict`; after a crash, the next
   * `mergeCart` of the two carts continues it, and nothing is added twice. When the target refuses, nothing
   * changes; a line whose key it has for another SKU, size or rental is `invalid_value`. `ifVersion` is the target's,
   * `owner` that of both; an idempotency key is not needed, since the source has only one merge at a time.
   */
  async mergeCart(
    fromId: string,
    intoId: string,
    policy: MergePolicy = 'sum',
    options?: CartMutationOptions,
  ): Promise<CartState<Item>> {
    const terms = fieldsOf(options, TERMS);
    const bad =
      notText(fromId, 'fromId') ??
      notText(intoId, 'intoId') ??
      notText(policy, 'policy', 'invalid_value') ??
      notTerms(terms);
    if (bad) return refused(this.#objects.onEvent, 'cart', 'mergeCart', bad);
    const { owner, ifVersion } = terms;
    const args: MergeArguments = [policy, this.#ttlSeconds, ifVersion, owner];
    const key = randomId();
    const merged = await observedObject<CartState<Item> | null>(
      this.#objects,
      'cart',
      'mergeCart',
      (wasm, report) => wasm.cartsMerge(this.#objects, fromId, intoId, key, args, report),
    );
    return merged ?? this.getCart(intoId, { owner });
  }

  async #get(
    operation: string,
    id: string,
    options: CartReadOptions | undefined,
  ): Promise<{ cart: CartState<Item>; version: number }> {
    const terms = fieldsOf<CartMutationOptions, 'owner'>(options, ['owner']);
    const bad = notId(id) ?? notTerms(terms);
    if (bad) return refused(this.#objects.onEvent, 'cart', operation, bad);
    const { owner } = terms;
    const read = await callObject<[version: number, cart: string] | null>(this.#objects, {
      client: 'cart',
      operation,
      kind: 'cart',
      name: id,
      method: 'get',
      args: [this.#ttlSeconds, owner],
      sendsTime: false,
      fallback: this.#fallback(id, 'get', '', undefined, undefined, owner),
    });
    if (read === null) return { cart: {}, version: 0 };
    const [version, cart] = Array.isArray(read) ? read : [];
    if (typeof version !== 'number') throw otherClass();
    return { cart: parsed(cart), version };
  }

  async #mutate(
    operation: string,
    id: string,
    method: 'set' | 'change' | 'mutate' | 'delete',
    payload: unknown,
    options: CartMutationOptions | undefined,
  ): Promise<MutationReply> {
    const given = fieldsOf(options, TERMS);
    const content = notId(id) ?? notTerms(given) ?? contentOf(payload);
    if (typeof content !== 'string') return refused(this.#objects.onEvent, 'cart', operation, content);
    // An object takes a list of one change.
    const json = method === 'change' ? `[${content}]` : content;
    const { owner, ifVersion, idempotencyKey = ownKey() } = given;
    const terms = [idempotencyKey, ifVersion, owner];
    return callObject(this.#objects, {
      client: 'cart',
      operation,
      kind: 'cart',
      name: id,
      method,
      args: method === 'delete' ? terms : [json, this.#ttlSeconds, ...terms],
      sendsTime: true,
      fallback: this.#fallback(id, method, json, idempotencyKey, ifVersion, owner),
    });
  }

  #fallback<T>(
    id: string,
    method: CartMethod,
    json: string,
    key: string | undefined,
    ifVersion: number | undefined,
    owner: string | undefined,
  ): (() => T) | undefined {
    const memory = this.#memory;
    if (!memory) return undefined;
    return () =>
      callSync((wasm) =>
        wasm.cartInMemory(memory.id, id, method, json, this.#ttlSeconds, key, ifVersion, owner),
      ) as T;
  }

  #cart(reply: MutationReply): CartState<Item> {
    return parsed(reply?.[2]);
  }
}

/** The reply to a mutation: the version, whether the line was found, and the cart as JSON. */
type MutationReply = [version: number, found: boolean, cart: string];

function parsed<Item extends Sku>(json: unknown): CartState<Item> {
  try {
    const cart: unknown = JSON.parse(json as string);
    if (typeof cart === 'object' && cart !== null && !Array.isArray(cart)) return cart as CartState<Item>;
  } catch {
    // Refused below: the engine's message would quote it.
  }
  throw otherClass();
}

bindMethods(CartStoreClient);
