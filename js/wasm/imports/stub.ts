// Calls on Durable Objects, and views of their replies and failures. What is read may have getters (a test double, a
// proxy): it is read once, behind a guard.

import type { Breaker } from '../../core/breaker.js';
import { isDate } from '../../core/checks.js';

export interface Objects {
  readonly breaker: Breaker | undefined;
  readonly handle: {
    idFromName(name: string): unknown;
    get(id: unknown, options?: unknown): Record<string, (...args: unknown[]) => unknown>;
  };
  readonly placement: object | undefined;
  readonly className: string;
}

export function objectCall({ handle, placement }: Objects, name: string, method: string, args: unknown[]) {
  try {
    const id = handle.idFromName(name);
    const stub = placement === undefined ? handle.get(id) : handle.get(id, placement);
    return stub[method]?.(...args) ?? Promise.reject(new TypeError(`The object has no ${method}()`));
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * What a reply is: 1 with a value, 0 a refusal, else the object's time, when it has refused the call as too late. NaN for
 * what is no reply of the class; older versions do not name theirs.
 */
export function replyStatus({ className }: Objects, method: string, reply: unknown): number {
  try {
    const { ok, at, class: by = className, value } = reply as Record<string, unknown>;
    if (by !== className || typeof ok !== 'boolean') return Number.NaN;
    if (!ok) return typeof at === 'number' ? at : 0;
    lastValue = plain(value, 2);
    const fits = lastValue !== undefined && SHAPES[method]?.(lastValue as Fields) !== false;
    return fits ? 1 : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

let lastValue: unknown;

/** The value of the reply whose status was asked for last: read once, and kept no longer. */
export function replyValue(): unknown {
  const value = lastValue;
  lastValue = undefined;
  return value;
}

// A copy without getters, as deep as replies are.
function plain(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || isDate(value) || depth === 0) return value;
  if (Array.isArray(value)) return Array.from(value, (item) => plain(item, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field, depth - 1)]));
}

type Fields = Record<string, unknown> | null;
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isText = (value: unknown): value is string => typeof value === 'string';

/** Two numbers, and two lists of the same length, of texts and of numbers. */
const lists = (moment: string, names: string, moments: string) => (value: Fields) => {
  const [texts, numbers] = [value?.[names], value?.[moments]] as unknown[][];
  return (
    isNumber(value?.at) &&
    isNumber(value[moment]) &&
    (texts as unknown[]).every(isText) &&
    (numbers as unknown[]).every(isNumber) &&
    texts?.length === numbers?.length
  );
};
const ofUser = lists('revokedAt', 'tokens', 'moments');
const ofToken = lists('revokedAt', 'users', 'untils');
const index = lists('tick', 'ids', 'ticks');
const place = (value: Fields) => value === null || isText(value.customerId);

// What a session's, a customer's or a token's object replies: another shape is an error, and never "nothing is revoked".
const SHAPES: Record<string, (value: Fields) => boolean> = {
  readRevocations: ofUser,
  stampFill: ofUser,
  revokeTokenOfUser: ofUser,
  fillToken: ofToken,
  revokeToken: ofToken,
  revokeUser: index,
  readIndex: index,
  putSession: place,
  removeSession: place,
  readSession: place,
  addEntry: isNumber,
  beginMerge: (value: unknown) => value === null || Array.isArray(value),
  merge: Array.isArray,
  revokeSession: (value: unknown) => typeof value === 'boolean',
};

/** Whether a call that has a fallback is made, or uses it at once. */
export const breakerAdmits = ({ breaker }: Objects) => breaker?.admits(Date.now()) !== false;

/** Takes how such a call has ended. */
export function breakerLearns(
  { breaker }: Objects,
  name: string,
  failed: boolean,
  report: { note(note: string, code: string): void } | undefined,
): void {
  if (failed ? breaker?.failed(name, Date.now()) : breaker?.answered()) {
    report?.note(failed ? 'circuit_opened' : 'circuit_closed', '');
  }
}

/** The code and the message of a refusal; undefined for any other reply. */
export function replyRefusal(reply: unknown): [code: string, message: string] | undefined {
  try {
    const { code, message } = reply as { code?: unknown; message?: unknown };
    return typeof code === 'string' && typeof message === 'string' ? [code, message] : undefined;
  } catch {
    return undefined;
  }
}

// What workerd says of everything that is asked of it at module scope.
const OUTSIDE = /within global scope/;

// What the runtime says of a class without the method, without RPC, or that the Worker does not export. The platform of
// `vite dev` does not say that it is remote.
const OTHER_CLASS =
  /^The RPC receiver does not (implement|support RPC)|^Worker does not export a Durable Object class/;
// What local workerd says when the Worker of the class is not there, and what the platform of `vite dev` makes of that.
const NOT_RUNNING = /^Worker "[^"]*" not found\. Make sure it is running locally\.$/;
const NO_REPLY = /typeHeader === "Promise"/;

/**
 * What an error says of itself, as bits: Cloudflare's 1 retryable, 2 overloaded, 4 remote; 8 the class has no such method,
 * 16 the handle threw a TypeError of its own (that of a lost connection has a cause, and is none), 32 it was called outside
 * of a request, 64 the Worker of the class does not run.
 */
export function failureFlags(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0;
  try {
    const { retryable, overloaded, remote, name, message, cause } = error as Record<string, unknown>;
    const flags = (retryable === true ? 1 : 0) | (overloaded === true ? 2 : 0) | (remote === true ? 4 : 0);
    const text = String(message);
    if (name === 'AssertionError' ? NO_REPLY.test(text) : NOT_RUNNING.test(text)) return flags | 64;
    if (OTHER_CLASS.test(text)) return flags | 8;
    // What an object met, and throws on, is its own.
    if (remote === true) return flags;
    if (name !== 'TypeError') return flags | (OUTSIDE.test(text) ? 32 : 0);
    return flags | (retryable !== true && cause === undefined ? 16 : 0);
  } catch {
    return 0;
  }
}

/** The numbers of a value from {@link replyValue}, if it is an array that holds nothing else. */
export const numbersOf = (value: unknown): number[] | undefined =>
  Array.isArray(value) && value.every(isNumber) ? value : undefined;
