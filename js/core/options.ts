import { type Bad, type Fields, fieldsOf, mustBe, notFunction, notName, refuse, throwIf } from './checks.js';
import type { OnEvent } from './events.js';

/** Options that all clients take. */
export interface ClientOptions {
  /**
   * The name of the binding, such as `RATE_LIMIT_KV`. What an isolate remembers belongs to a namespace, which it knows by
   * its handle object. Libraries that trace, and some platform layers, make another one at each `env.X`: then the
   * name says which namespace it is.
   * @defaultValue none: the handle object itself
   */
  name?: string | undefined;
  /** Is called for every call; see {@link ClientEvent}. What it throws is ignored. */
  onEvent?: OnEvent | undefined;
  /** The longest a single KV operation may take, in ms; then the call rejects with `timeout`. @defaultValue no limit */
  timeoutMs?: number | undefined;
}

/** Keeps a Worker alive until a promise settles: `ctx.waitUntil`, or the import from `cloudflare:workers`. */
export type WaitUntil = (promise: Promise<unknown>) => void;

let ambient: WaitUntil | undefined;

/** @internal Sets the runtime's own `waitUntil`, where it has one. */
export function setAmbientWaitUntil(waitUntil: WaitUntil | undefined): void {
  ambient = waitUntil;
}

/** @internal Hands a promise to `waitUntil`; outside a request there is nothing to keep alive. */
export function keepAlive(waitUntil: WaitUntil | undefined, promise: Promise<unknown>): void {
  try {
    (waitUntil ?? ambient)?.(promise);
  } catch {
    // Called outside a request, or after its end: the promise goes on as far as it can.
  }
}

/** @internal */
export function hasKeepAlive(waitUntil: WaitUntil | undefined): boolean {
  return (waitUntil ?? ambient) !== undefined;
}

/**
 * @internal The options of a constructor: each of `names` is read once. From JavaScript null stands for none. Clients are
 * made per request, mostly without options.
 */
export function optionsOf<T extends object, Name extends keyof T>(
  options: T | null | undefined,
  names: readonly Name[],
): Fields<T, Name> {
  const fields = fieldsOf(options, names);
  throwIf(fields.bad);
  return fields;
}

/** @internal The error for an invalid time limit in ms. */
export function notMilliseconds(value: unknown, name: string): Bad {
  const fits = typeof value === 'number' && value > 0 && value <= MAX_TIMER_MS;
  return mustBe(fits, 'a number of ms above 0 and at most 2147483647', value, `The option ${name}`);
}

/** @internal A time limit in ms; 0 means none. */
export function milliseconds(value: number | undefined, name: string, fallback = 0): number {
  if (value === undefined) return fallback;
  throwIf(notMilliseconds(value, name));
  return value;
}

/** @internal The longest a timer can wait: beyond it `setTimeout` fires at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/** @internal A TTL in seconds. */
export function wholeSeconds(seconds: number): number {
  const fits = Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TTL_SECONDS;
  const expected = 'a whole number from 1 to 315360000 (ten years)';
  throwIf(mustBe(fits, expected, seconds, 'The option ttlSeconds', 'invalid_ttl'));
  return seconds;
}

const MAX_TTL_SECONDS = 315_360_000;

/** @internal */
export function functionOption<T>(value: T | undefined, name: string): T | undefined {
  throwIf(notFunctionOption(value, name));
  return value;
}

/** @internal */
export function booleanOption(value: boolean | undefined, name: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  throwIf(mustBe(typeof value === 'boolean', 'true or false', value, `The option ${name}`));
  return value;
}

/** @internal */
export function oneOf<T extends string>(value: T, name: string, allowed: readonly T[]): T {
  if (!allowed.includes(value)) {
    throwIf(refuse(true, 'misconfigured', `The option ${name} must be one of ${allowed.join(', ')}`));
  }
  return value;
}

/** @internal The error for an option that is no function, where there is one. */
export const notFunctionOption = (value: unknown, name: string): Bad =>
  value === undefined ? undefined : notFunction(value, `The option ${name}`);

/** @internal The name of a binding. */
export function nameOption(name: string | undefined, what = 'name'): string | undefined {
  if (name !== undefined) throwIf(notName(name, `The option ${what}`, 'misconfigured'));
  return name;
}
