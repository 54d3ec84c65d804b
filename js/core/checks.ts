// Checks of arguments, by clients and by objects. A check returns the error for an invalid value, or undefined;
// checks are joined by `??`. Types and lengths are checked here, before anything is copied into the wasm; bounds are
// Rust's.
import { CloudflareClientsError, type ErrorCode } from './error.js';

/** The error that refuses an argument; undefined for a valid argument. */
export type Bad = CloudflareClientsError | undefined;

/** @internal Returns this error when `bad` is true. */
export function refuse(bad: boolean, code: ErrorCode, message: string): Bad {
  return bad ? new CloudflareClientsError(code, message) : undefined;
}

/** @internal The error for a value that is no string, is too long, or cannot be encoded as UTF-8. */
export function notText(
  value: unknown,
  what: string,
  code: ErrorCode = 'invalid_key',
  maxLength = Number.POSITIVE_INFINITY,
): Bad {
  if (typeof value !== 'string') {
    return new CloudflareClientsError(code, `${what} must be a string, not ${typeName(value)}`);
  }
  if (value.length > maxLength) return new CloudflareClientsError('value_too_large', `${what} is too long`);
  // A lone surrogate would become U+FFFD in KV: two keys would be one.
  if (!value.isWellFormed()) {
    return new CloudflareClientsError(code, `${what} is not well-formed Unicode`);
  }
  return undefined;
}

/** @internal The error for a name or a key: a text of 1 to `max` UTF-16 units, so that no more is copied. */
export function notName(value: unknown, what: string, code: ErrorCode = 'invalid_key', max = 512): Bad {
  const bad = notText(value, what, code);
  if (bad) return bad;
  const { length } = value as string;
  return length >= 1 && length <= max
    ? undefined
    : refuse(true, code, `${what} must have 1 to ${max} characters`);
}

/** @internal */
export function notNumber(value: unknown, what: string, code: ErrorCode = 'invalid_value'): Bad {
  return refuse(typeof value !== 'number', code, `${what} must be a number`);
}

/** @internal The same check for an optional argument. */
export function optional<Arguments extends unknown[]>(
  check: (value: unknown, ...rest: Arguments) => Bad,
  value: unknown,
  ...rest: Arguments
): Bad {
  return value === undefined ? undefined : check(value, ...rest);
}

/** @internal Not `instanceof`: a Date may come from another realm. */
export function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
