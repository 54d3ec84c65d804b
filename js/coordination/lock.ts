// What a lock is, to its holder; and the checks of what the client is called with.
import { type Bad, fieldsOf, mustBe, notName, refuse } from '../core/checks.js';
import { MAX_TIMER_MS } from '../core/options.js';
import { notLockName } from './arguments.js';
import type { Signal } from './signal.js';

/** Options of `LockClient.acquire`. */
export interface AcquireOptions {
  /**
   * After how many seconds the lock is free again if its holder crashed. With `acquire` it should be longer than the
   * work takes, or the work extends the lock; `withLock` does that itself.
   */
  ttlSeconds: number;
  /**
   * How long to wait for the lock, in ms. The client asks again after 25 ms to a second, and gets the lock before all
   * who came later. (The object keeps that order in its memory: a restart of the object loses it.)
   * @defaultValue 0
   */
  waitMs?: number | undefined;
  /** Stops waiting when it is aborted: the call rejects with its reason. */
  signal?: Signal | undefined;
}

/** Options of `LockClient.withLock`. */
export interface WithLockOptions extends AcquireOptions {
  /**
   * How long the lock may be held at most, in seconds, `ttlSeconds` or more.
   * @defaultValue 900 (how long a scheduled or a queue handler may run), or `ttlSeconds` if that is more
   */
  maxHoldSeconds?: number | undefined;
}

/** A lock that is held. */
export interface Lock {
  /** The name of the lock. */
  readonly name: string;
  /** Larger than the fence of every earlier holder: pass it along with your writes, and refuse a smaller one there. */
  readonly fence: number;
  /** When the lock ends by itself, in ms since the epoch, by the object's clock. */
  readonly expiresAt: number;
  /**
   * The proof of the holder: keep it secret. Not enumerable, so that logging a lock does not show it, and a copy
   * by JSON or by spreading has none.
   */
  readonly holder: string;
}

/** @internal */
export type Held = [fence: number, expiresAt: number];

/** @internal */
export function isHeld(value: unknown): value is Held {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'number');
}

/** @internal */
export function lockOf(name: string, holder: string, [fence, expiresAt]: Held): Lock {
  const lock = { name, fence, expiresAt };
  return Object.freeze(Object.defineProperty(lock, 'holder', { value: holder })) as Lock;
}

/** @internal */
export function notTtl(ttlSeconds: unknown): Bad {
  const fits = typeof ttlSeconds === 'number' && ttlSeconds > 0 && ttlSeconds <= MAX_TTL_SECONDS;
  const expected = 'a number of seconds above 0, at most 100 years';
  return mustBe(fits, expected, ttlSeconds, 'ttlSeconds', 'invalid_ttl');
}

const MAX_TTL_SECONDS = 3_155_760_000;

/** @internal How long `withLock` holds a lock at most, by default. */
export const MAX_HOLD_SECONDS = 900;

/** @internal */
export function notHold(maxHoldSeconds: unknown, ttlSeconds: number): Bad {
  const fits =
    typeof maxHoldSeconds === 'number' && maxHoldSeconds >= ttlSeconds && maxHoldSeconds <= MAX_TTL_SECONDS;
  return mustBe(fits, 'a number of seconds, ttlSeconds or more', maxHoldSeconds, 'maxHoldSeconds');
}

/** @internal */
export function notSignal(signal: unknown): Bad {
  // Not `instanceof`: it may come from another realm.
  const found = signal as Partial<Signal> | null;
  const fits = typeof found?.aborted === 'boolean' && typeof found.addEventListener === 'function';
  return mustBe(fits, 'an AbortSignal', signal, 'signal');
}

/** @internal */
export function notWait(waitMs: unknown): Bad {
  const fits = typeof waitMs === 'number' && waitMs >= 0 && waitMs <= MAX_TIMER_MS;
  return mustBe(fits, 'a number of ms from 0 to 2147483647', waitMs, 'waitMs');
}

/** @internal The lock's fields, read once, and the error for what is no lock. */
export function lockFields(lock: Lock): Lock & { bad: Bad } {
  const fields = fieldsOf(lock, ['name', 'holder', 'fence'], 'A lock', 'invalid_value');
  const fits = typeof fields.holder === 'string' && fields.holder !== '';
  const message = 'Not a lock that acquire() returned: its holder is not copied by JSON or by spreading it';
  const bad =
    fields.bad ??
    refuse(!fits, 'invalid_value', message) ??
    notName(fields.holder, 'The holder of a lock', 'invalid_value') ??
    notLockName(fields.name, 'The name of the lock');
  return { ...(fields as Lock), bad };
}
