// Checks of the arguments that an object gets: any Worker with the binding can send anything.
import { type Bad, notText, optional, refuse } from '../core/checks.js';

// The longest JSON that an object takes, in UTF-16 units: a cart of 512 KB fits, with all of it escaped.
const MAX_TEXT = 2_000_000;

/** @internal */
export const notSentText = (value: unknown, what: string): Bad =>
  notText(value, what, 'invalid_value', MAX_TEXT);

/** @internal An id, a key or a name; its bound is Rust's. */
export const notSentId = (value: unknown, what: string): Bad => notText(value, what, 'invalid_value');

/** @internal The same check for an optional argument, which may arrive as null. */
export function optionalSent<Arguments extends unknown[]>(
  check: (value: unknown, ...rest: Arguments) => Bad,
  value: unknown,
  ...rest: Arguments
): Bad {
  return optional(check, value ?? undefined, ...rest);
}

/** @internal When a call was made, in ms, by the caller's estimate of the object's clock; older clients send none. */
export type Sent = number | null | undefined;

/** @internal */
export const notSent = (sent: unknown): Bad =>
  refuse(
    sent !== undefined && sent !== null && (typeof sent !== 'number' || Number.isNaN(sent)),
    'invalid_value',
    'The time of a call must be a number of ms',
  );

/** @internal The argument for Rust. */
export const given = (sent: Sent): number | undefined => sent ?? undefined;
