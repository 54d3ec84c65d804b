// Checks of arguments, by clients and by objects. A check returns the error for an invalid value, or undefined;
// checks are joined by `??`. Types and lengths are checked here, before anything is copied into the wasm, whose memory
// never shrinks; bounds are Rust's.
import { CloudflareClientsError, type ErrorCode } from './error.js';

/** The error that refuses an argument; undefined for a valid argument. */
export type Bad = CloudflareClientsError | undefined;

/** @internal Returns this error when `bad` is true. */
export function refuse(bad: boolean, code: ErrorCode, message: string): Bad {
  return bad ? new CloudflareClientsError(code, message) : undefined;
}

/**
 * @internal The error for a value that is not what is expected. It shows a number, and the type of all else, which may be
 * a secret: so no key or token is checked by it.
 */
export function mustBe(
  fits: boolean,
  expected: string,
  value: unknown,
  what: string,
  code: ErrorCode = 'misconfigured',
): Bad {
  if (fits) return undefined;
  const found = typeof value === 'number' ? value : typeName(value);
  return new CloudflareClientsError(code, `${what} must be ${expected}, not ${found}`);
}

/**
 * @internal The longest identifier, key or token that is looked at, in UTF-16 units: longer than any header of a request.
 * Most have a lower bound, in bytes, which is Rust's.
 */
export const MAX_TEXT = 65_536;

/** @internal The error for a value that is no string, is too long, or cannot be encoded as UTF-8. */
export function notText(
  value: unknown,
  what: string,
  code: ErrorCode = 'invalid_key',
  maxLength = MAX_TEXT,
): Bad {
  if (typeof value !== 'string') {
    return new CloudflareClientsError(code, `${what} must be a string, not ${typeName(value)}`);
  }
  if (value.length > maxLength) {
    const tooLong = code === 'invalid_value' ? 'value_too_large' : code;
    return new CloudflareClientsError(tooLong, `${what} is too long`);
  }
  // A lone surrogate would become U+FFFD in KV: two keys would be one.
  if (!value.isWellFormed()) {
    return new CloudflareClientsError(code, `${what} is not well-formed Unicode`);
  }
  return undefined;
}

/**
 * @internal The error for a key of KV, or a token: of any length, since none is copied before it is measured. Visitors
 * choose it, and for a look-up one that is too long is no error: nothing stands there.
 */
export const notKVKey = (value: unknown, what: string): Bad =>
  notText(value, what, 'invalid_key', Number.POSITIVE_INFINITY);

/** @internal The error for a name or a key: a text of 1 to `max` UTF-16 units, so that no more is copied. */
export function notName(value: unknown, what: string, code: ErrorCode = 'invalid_key', max = 512): Bad {
  if (typeof value === 'string' && !(value.length >= 1 && value.length <= max)) {
    return new CloudflareClientsError(code, `${what} must have 1 to ${max} characters`);
  }
  return notText(value, what, code);
}

/** @internal */
export function notNumber(value: unknown, what: string, code: ErrorCode = 'invalid_value'): Bad {
  return mustBe(typeof value === 'number', 'a number', value, what, code);
}

/** @internal */
export function notFunction(value: unknown, what: string, code: ErrorCode = 'misconfigured'): Bad {
  return mustBe(typeof value === 'function', 'a function', value, what, code);
}

/** @internal The same check for an optional argument. */
export function optional<Arguments extends unknown[]>(
  check: (value: unknown, ...rest: Arguments) => Bad,
  value: unknown,
  ...rest: Arguments
): Bad {
  return value === undefined ? undefined : check(value, ...rest);
}

/** @internal The named fields of an object, and the error where they cannot be read. */
export type Fields<T extends object, Name extends keyof T> = Partial<Pick<T, Name>> & { readonly bad?: Bad };

/**
 * @internal Reads the named fields of an object of the caller's, each once: it may have getters, which throw or change.
 * Undefined and null have none.
 */
export function fieldsOf<T extends object, Name extends keyof T>(
  given: T | null | undefined,
  names: readonly Name[],
  what = 'The options',
  code: ErrorCode = 'misconfigured',
): Fields<T, Name> {
  if (given === undefined || given === null) return NO_FIELDS;
  const fields: Partial<Pick<T, Name>> = {};
  const refused = (bad: Bad) => ({ bad }) as Fields<T, Name>;
  let reading = '';
  try {
    const fits = typeof given === 'object' && !Array.isArray(given);
    if (!fits) return refused(mustBe(fits, 'an object', given, what, code));
    for (const name of names) {
      reading = String(name);
      fields[name] = given[name];
    }
  } catch (cause) {
    const message = `${what} cannot be read: ${reading || 'it'} threw (see cause)`;
    return refused(new CloudflareClientsError(code, message, { cause }));
  }
  return fields;
}

const NO_FIELDS = Object.freeze({});

/** @internal Throws the error of a constructor's arguments. */
export function throwIf(bad: Bad): void {
  if (bad) throw bad;
}

/** @internal Not `instanceof`: a Date may come from another realm. */
export function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

/** @internal The type of a value, in words. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'bigint') return 'a BigInt';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return Array.isArray(value) ? 'an array' : 'an object';
}
