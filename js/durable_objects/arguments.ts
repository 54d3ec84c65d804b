// Checks of the arguments that an object gets: any Worker with the binding can send anything.
import { type Bad, notText, optional } from '../core/checks.js';

// The longest text that an object takes, in UTF-16 units: a cart of 512 KB fits, with all of it escaped.
const MAX_TEXT = 2_000_000;

/** @internal */
export const notSentText = (value: unknown, what: string): Bad =>
  notText(value, what, 'invalid_value', MAX_TEXT);

/** @internal The same check for an optional argument, which may arrive as null. */
export function optionalSent<Arguments extends unknown[]>(
  check: (value: unknown, ...rest: Arguments) => Bad,
  value: unknown,
  ...rest: Arguments
): Bad {
  return optional(check, value ?? undefined, ...rest);
}
