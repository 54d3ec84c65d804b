import { bindMethods } from '../core/bound.js';
import { fieldsOf, notFunction, optional } from '../core/checks.js';
import { CloudflareClientsError } from '../core/error.js';
import { refused } from '../core/events.js';
import {
  type CoordinationObjects,
  OBJECT_OPTIONS,
  type ObjectClientOptions,
  type Objects,
  objectsOf,
} from '../core/namespace.js';
import { keepAlive, optionsOf } from '../core/options.js';
import { randomId } from '../core/own_key.js';
import { callObject, type ObjectCall, observedObject, otherClass } from '../core/stub_call.js';
import { notLockName } from './arguments.js';
import { HeldLock } from './held_lock.js';
import {
  type AcquireOptions,
  type Held,
  isHeld,
  type Lock,
  lockFields,
  lockOf,
  MAX_HOLD_SECONDS,
  notHold,
  notSignal,
  notTtl,
  notWait,
  type WithLockOptions,
} from './lock.js';
import type { Signal } from './signal.js';

/**
 * Locks on Durable Objects: one holder at a time for a name, until it is released or its TTL is over.
 *
 * A holder that was paused for longer than its TTL does not know that another caller holds the lock now. Hence
 * the fence: it grows with every holder, and the store that is written to can refuse a late one.
 *
 * @example
 * ```ts
 * const locks = new LockClient(env.COORDINATION_DO);
 * const lock = await locks.acquire('invoice:2026-11', { ttlSeconds: 30, waitMs: 2_000 });
 * if (lock) {
 *   console.log(lock.fence);
 *   await locks.release(lock);
 * }
 * ```
 */
export class LockClient {
  readonly #objects: Objects;

  /**
   * @throws {CloudflareClientsError} `invalid_handle` when `namespace` is no Durable Object namespace,
   * `misconfigured` for an invalid option.
   */
  constructor(namespace: CoordinationObjects, options?: ObjectClientOptions) {
    const given = optionsOf(options, OBJECT_OPTIONS);
    this.#objects = objectsOf(namespace, 'LockClient', 'CoordinationDurableObject', given);
  }

  /**
   * Acquires the lock of a name; null when another caller holds it for all of `waitMs`. When the call fails, or
   * is aborted, it withdraws behind the response: the lock is not left held by nobody.
   *
   * @throws {CloudflareClientsError} `invalid_key` (the name), `invalid_ttl`, `misconfigured` (`waitMs`, `signal`),
   * `object_unavailable`, `object_overloaded`, `timeout`; the signal's reason.
   */
  async acquire(name: string, options: AcquireOptions): Promise<Lock | null> {
    const {
      bad: unreadable,
      ttlSeconds = Number.NaN,
      waitMs = 0,
      signal,
    } = fieldsOf(options, ['ttlSeconds', 'waitMs', 'signal']);
    const bad =
      notLockName(name, 'The name of the lock') ??
      unreadable ??
      notTtl(ttlSeconds) ??
      notWait(waitMs) ??
      optional(notSignal, signal);
    if (bad) return refused(this.#objects.onEvent, 'lock', 'acquire', bad);
    if (signal?.aborted) throw signal.reason;
    // Waiting for the lock does not count as slow.
    const patient = { ...this.#objects, slowMs: this.#objects.slowMs + waitMs };
    const holder = randomId();
    const stop = { aborted: false };
    const acquiring = observedObject<Held | null>(patient, 'lock', 'acquire', (wasm, report) =>
      wasm.waitForLock(this.#objects, name, holder, ttlSeconds, waitMs, stop, report),
    );
    try {
      const held = await (signal ? unlessAborted(acquiring, signal) : acquiring);
      return held && lockOf(name, holder, held);
    } catch (error) {
      stop.aborted = true;
      if (signal?.aborted || mayHold(error)) {
        keepAlive(undefined, this.#withdraw(name, holder, acquiring));
      }
      throw error;
    }
  }

  // After the attempt that is under way: it may get the lock. If this fails, the lock ends by its TTL.
  async #withdraw(name: string, holder: string, acquiring: Promise<unknown>): Promise<void> {
    await acquiring.catch(() => {});
    await callObject(this.#objects, {
      client: 'lock',
      operation: 'withdraw',
      kind: 'lock',
      name,
      method: 'release',
      // Objects of an older version take the first two, and the time: they release it.
      args: [holder, randomId(), true],
      sendsTime: 'before the last',
    }).catch(() => {});
  }

  /** Gives the lock another TTL from now. Returns the lock with its new end, or null when it was lost. */
  async extend(lock: Lock, ttlSeconds: number): Promise<Lock | null> {
    const { bad: notHeld, name, holder, fence } = lockFields(lock);
    const bad = notHeld ?? notTtl(ttlSeconds);
    if (bad) return refused(this.#objects.onEvent, 'lock', 'extend', bad);
    const held = await this.#call<Held | null>('extend', name, [holder, ttlSeconds], (value) => {
      if (value === null || isHeld(value)) return value;
      throw otherClass();
    });
    // Another fence: it was lost, and an earlier acquire() that arrived late has acquired it again.
    return held && held[0] === fence ? lockOf(name, holder, held) : null;
  }

  /** Releases the lock. False when it was no longer yours: it had ended, or you had released it before. */
  async release(lock: Lock): Promise<boolean> {
    const { bad, name, holder } = lockFields(lock);
    if (bad) return refused(this.#objects.onEvent, 'lock', 'release', bad);
    return this.#call('release', name, [holder, randomId()], (value, report) => {
      if (typeof value !== 'boolean') throw otherClass();
      if (!value) report?.note('lock_lost', '');
      return value;
    });
  }

  /**
   * Runs `fn` while holding the lock, and always releases it. The lock is extended after half of its TTL, for as long as
   * `fn` runs, up to `maxHoldSeconds`: one row written each time. `signal` is aborted when the lock is lost all the
   * same; then somebody else may hold it. What `fn` throws is passed on; a failed release is not (the lock ends by its
   * TTL, and `onEvent` reports it).
   *
   * @throws {CloudflareClientsError} `conflict`, `retryable`, when the lock could not be acquired; `invalid_value` when
   * `fn` is no function, `misconfigured` (`maxHoldSeconds`); else as {@link acquire}.
   *
   * @example
   * ```ts
   * const locks = new LockClient(env.COORDINATION_DO);
   * const posts = await locks.withLock('rebuild', { ttlSeconds: 30, waitMs: 5_000 }, () => loadFeatured());
   * ```
   */
  async withLock<T>(
    name: string,
    options: WithLockOptions,
    fn: (lock: Lock, signal: Signal) => Promise<T> | T,
  ): Promise<T> {
    const given = fieldsOf(options, ['ttlSeconds', 'waitMs', 'signal', 'maxHoldSeconds']);
    const { ttlSeconds = Number.NaN, maxHoldSeconds } = given;
    const bad =
      notFunction(fn, 'fn', 'invalid_value') ??
      given.bad ??
      notTtl(ttlSeconds) ??
      optional(notHold, maxHoldSeconds, ttlSeconds);
    if (bad) return refused(this.#objects.onEvent, 'lock', 'withLock', bad);
    const lock = await this.acquire(name, { ...given, ttlSeconds });
    if (!lock) {
      throw new CloudflareClientsError(
        'conflict',
        'The lock could not be acquired. Wait for longer (waitMs), or call again later',
        { retryable: true },
      );
    }
    const held = new HeldLock({
      ttlMs: ttlSeconds * 1_000,
      maxMs: (maxHoldSeconds ?? Math.max(MAX_HOLD_SECONDS, ttlSeconds)) * 1_000,
      extend: (seconds) => this.extend(lock, seconds),
    });
    try {
      return await fn(lock, held.signal);
    } finally {
      held.end();
      await this.release(lock).catch(() => {});
    }
  }

  #call<T>(
    method: 'extend' | 'release',
    name: string,
    args: unknown[],
    read: NonNullable<ObjectCall<T>['read']>,
  ): Promise<T> {
    return callObject<T>(this.#objects, {
      client: 'lock',
      operation: method,
      kind: 'lock',
      name,
      method,
      args,
      sendsTime: true,
      read,
    });
  }
}

bindMethods(LockClient);

// Resolves as the job does, unless the signal is aborted before.
function unlessAborted<T>(job: Promise<T>, signal: Signal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
    const forget = () => signal.removeEventListener('abort', aborted);
    job.finally(forget).then(resolve, reject);
  });
}

// Whether the lock may have been acquired by a call that failed: its reply may be lost.
const mayHold = (error: unknown): boolean =>
  !(error instanceof CloudflareClientsError) || MAY_HOLD.includes(error.code);

const MAY_HOLD: readonly string[] = ['timeout', 'object_unavailable', 'panic'];
