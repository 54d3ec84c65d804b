// Checks of the arguments of carts, by the client; the objects check them by Rust.
import { type Bad, type Fields, mustBe, notNumber, notText, optional } from '../core/checks.js';
import { CloudflareClientsError } from '../core/error.js';
import { jsonOf } from '../core/json.js';
import { notOwnKey } from '../core/own_key.js';
import type { CartIncrementOptions, CartMutationOptions } from './cart.js';

/** @internal */
export const TERMS = [
  'owner',
  'ifVersion',
  'idempotencyKey',
] as const satisfies (keyof CartMutationOptions)[];

/** @internal */
export const INCREMENT = [...TERMS, 'size', 'rental'] as const satisfies (keyof CartIncrementOptions)[];

/** @internal */
export const notId = (id: unknown): Bad => notText(id, 'The id of the cart');

/** @internal The error for a quantity that an object would refuse. */
export function notQuantity(qty: unknown): Bad {
  const fits = Number.isInteger(qty) && Math.abs(qty as number) <= 1_000_000;
  return mustBe(fits, 'a whole number from -1000000 to 1000000', qty, 'qty', 'invalid_value');
}

/** @internal The error for options that cannot be read, or say something else than they may. */
export function notTerms({
  bad,
  owner,
  ifVersion,
  idempotencyKey,
}: Fields<CartMutationOptions, (typeof TERMS)[number]>): Bad {
  return (
    bad ??
    optional(notText, owner, 'owner') ??
    optional(notText, idempotencyKey, 'idempotencyKey') ??
    notOwnKey(idempotencyKey) ??
    optional(notNumber, ifVersion, 'ifVersion')
  );
}

/** @internal The JSON of what a cart is to hold, or the error for what JSON would lose. */
export function contentOf(value: unknown): string | CloudflareClientsError {
  const json = jsonOf(value, 'The content of a cart');
  if (typeof json !== 'string' || json.length <= MAX_JSON) return json;
  return new CloudflareClientsError('value_too_large', 'The lines of a cart have at most 512 KB as JSON');
}

// Longer than any text that an object reads; the object's own limit is lower, and exact.
const MAX_JSON = 2_000_000;
