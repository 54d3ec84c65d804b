import { CloudflareClientsError } from './error.js';
import type { OnEvent } from './events.js';

/** What all clients take. */
export interface ClientOptions {
  /** Is told of every call; see {@link ClientEvent}. What it throws is swallowed. */
  onEvent?: OnEvent | undefined;
  /** The longest a single KV operation may take, in ms; then the call rejects with `timeout`. @defaultValue no limit */
  timeoutMs?: number | undefined;
}

/** Keeps a Worker alive until a promise settles: `ctx.waitUntil`, or the import from `cloudflare:workers`. */
export type WaitUntil = (promise: Promise<unknown>) => void;

let ambient: WaitUntil | undefined;

/** @internal The `waitUntil` of the runtime, where it has one. */
export function setAmbientWaitUntil(waitUntil: WaitUntil | undefined): void {
  ambient = waitUntil;
}

/** @internal Hands a promise to `waitUntil`; outside a request there is nothing to keep alive. */
export function keepAlive(waitUntil: WaitUntil | undefined, promise: Promise<unknown>): void {
  try {
    (waitUntil ?? ambient)?.(promise);
  } catch {
    // Called outside a request, or after it has ended: the promise goes on as far as it can.
  }
}

/** @internal */
export function hasKeepAlive(waitUntil: WaitUntil | undefined): boolean {
  return (waitUntil ?? ambient) !== undefined;
}

/** @internal A time limit in ms; 0 stands for none. */
export function milliseconds(value: number | undefined, name: string, fallback = 0): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !(value > 0) || value > MAX_TIMER_MS) {
    throw misconfigured(name, `a number of ms above 0 and at most ${MAX_TIMER_MS}`);
  }
  return value;
}

/** The longest a timer can wait: beyond it `setTimeout` fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** @internal A time to live. */
export function wholeSeconds(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TTL_SECONDS) return seconds;
  const message = `ttlSeconds must be a whole number from 1 to ${MAX_TTL_SECONDS} (ten years)`;
  throw new CloudflareClientsError('invalid_ttl', message);
}

const MAX_TTL_SECONDS = 315_360_000;

/** @internal */
export function functionOption<T>(value: T | undefined, name: string): T | undefined {
  if (value !== undefined && typeof value !== 'function') throw misconfigured(name, 'a function');
  return value;
}

/** @internal */
export function booleanOption(value: boolean | undefined, name: string, fallback: boolean): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw misconfigured(name, 'true or false');
  return value ?? fallback;
}

/** @internal */
export function oneOf<T extends string>(value: T, name: string, allowed: readonly T[]): T {
  if (!allowed.includes(value)) throw misconfigured(name, `one of ${allowed.join(', ')}`);
  return value;
}

function misconfigured(name: string, expected: string): CloudflareClientsError {
  return new CloudflareClientsError('misconfigured', `The option ${name} must be ${expected}`);
}
