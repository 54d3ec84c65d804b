import { type Bad, refuse } from './checks.js';
import type { OnEvent } from './events.js';

/** Options that all clients take. */
export interface ClientOptions {
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

/** @internal The options of a constructor; from JavaScript null stands for none. */
export function optionsOf<T extends object>(options: T | null | undefined): Partial<T> {
  // Clients are made per request, mostly without options.
  if (options === undefined || options === null) return NONE;
  const fits = typeof options === 'object' && !Array.isArray(options);
  throwIf(refuse(!fits, 'misconfigured', 'The options must be an object'));
  return options;
}

const NONE = Object.freeze({});

/** @internal The error for an invalid time limit in ms. */
export function notMilliseconds(value: unknown, name: string): Bad {
  const fits = typeof value === 'number' && value > 0 && value <= MAX_TIMER_MS;
  return misconfigured(!fits, name, 'a number of ms above 0 and at most 2147483647');
}

/** @internal A time limit in ms; 0 means none. */
export function milliseconds(value: number | undefined, name: string, fallback = 0): number {
  if (value === undefined) return fallback;
  throwIf(notMilliseconds(value, name));
  return value;
}

/** The longest a timer can wait: beyond it `setTimeout` fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** @internal A TTL in seconds. */
export function wholeSeconds(seconds: number): number {
  const fits = Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TTL_SECONDS;
  throwIf(refuse(!fits, 'invalid_ttl', 'ttlSeconds must be a whole number from 1 to 315360000 (ten years)'));
  return seconds;
}

const MAX_TTL_SECONDS = 315_360_000;

/** @internal */
export function functionOption<T>(value: T | undefined, name: string): T | undefined {
  if (value === undefined) return undefined;
  throwIf(misconfigured(typeof value !== 'function', name, 'a function'));
  return value;
}

/** @internal */
export function booleanOption(value: boolean | undefined, name: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  throwIf(misconfigured(typeof value !== 'boolean', name, 'true or false'));
  return value;
}

/** @internal */
export function oneOf<T extends string>(value: T, name: string, allowed: readonly T[]): T {
  if (!allowed.includes(value)) throwIf(misconfigured(true, name, `one of ${allowed.join(', ')}`));
  return value;
}

function misconfigured(bad: boolean, name: string, expected: string): Bad {
  return bad ? refuse(true, 'misconfigured', `The option ${name} must be ${expected}`) : undefined;
}

// Constructors throw the error for an invalid option.
function throwIf(bad: Bad): void {
  if (bad) throw bad;
}
