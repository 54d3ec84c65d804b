import { bindMethods } from '../core/bound.js';
import { type Bad, fieldsOf, notName, refuse } from '../core/checks.js';
import { CloudflareClientsError } from '../core/error.js';
import { refused } from '../core/events.js';
import {
  type CoordinationObjects,
  OBJECT_OPTIONS,
  type ObjectClientOptions,
  type Objects,
  objectsOf,
} from '../core/namespace.js';
import { optionsOf } from '../core/options.js';
import { callObject, type ObjectCall, observedObject, otherClass } from '../core/stub_call.js';
import { notLockName } from './arguments.js';

/** Options of {@link LockClient.acquire}. */
export interface AcquireOptions {
  /**
   * After how many seconds the lock is free again if its holder crashed. It should be longer than the work
   * takes; work that may take longer extends the lock.
   */
  ttlSeconds: number;
  /**
   * How long to wait for the lock, in ms. The client polls, after 25 ms to a second each time, or when the lock
   * ends; there is no queue.
   * @defaultValue 0
   */
  waitMs?: number | undefined;
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

  /** @throws {CloudflareClientsError} `invalid_handle` when `namespace` is no Durable Object namespace. */
  constructor(namespace: CoordinationObjects, options?: ObjectClientOptions) {
    const given = optionsOf(options, OBJECT_OPTIONS);
    this.#objects = objectsOf(namespace, 'LockClient', 'CoordinationDurableObject', given);
  }

  /**
   * Acquires the lock of a name; null when another caller holds it for all of `waitMs`.
   *
   * @throws {CloudflareClientsError} `invalid_key` (the name), `invalid_ttl`, `misconfigured` (`waitMs`),
   * `object_unavailable`, `object_overloaded`, `timeout`.
   */
  async acquire(name: string, options: AcquireOptions): Promise<Lock | null> {
    const {
      bad: unreadable,
      ttlSeconds = Number.NaN,
      waitMs = 0,
    } = fieldsOf(options, ['ttlSeconds', 'waitMs']);
    const bad = notLockName(name) ?? unreadable ?? notTtl(ttlSeconds) ?? notWait(waitMs);
    if (bad) return refused(this.#objects.onEvent, 'lock', 'acquire', bad);
    // Waiting for the lock does not count as slow.
    const patient = { ...this.#objects, slowMs: this.#objects.slowMs + waitMs };
    const holder = crypto.randomUUID();
    const held = await observedObject<Held | null>(patient, 'lock', 'acquire', (wasm, report) =>
      wasm.waitForLock(this.#objects, name, holder, ttlSeconds, waitMs, report),
    );
    return held && lockOf(name, holder, held);
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
    return this.#call('release', name, [holder, crypto.randomUUID()], (value, report) => {
      if (typeof value !== 'boolean') throw otherClass();
      if (!value) report?.note('lock_lost', '');
      return value;
    });
  }

  /**
   * Runs `fn` while holding the lock, and always releases it. What `fn` throws is passed on; a failed release
   * is not (the lock ends by its TTL, and `onEvent` reports it).
   *
   * @throws {CloudflareClientsError} `conflict`, `retryable`, when the lock could not be acquired; else as
   * {@link acquire}.
   *
   * @example
   * ```ts
   * const locks = new LockClient(env.COORDINATION_DO);
   * const posts = await locks.withLock('rebuild', { ttlSeconds: 30, waitMs: 5_000 }, () => loadFeatured());
   * ```
   */
  async withLock<T>(name: string, options: AcquireOptions, fn: (lock: Lock) => Promise<T> | T): Promise<T> {
    const lock = await this.acquire(name, options);
    if (!lock) {
      throw new CloudflareClientsError(
        'conflict',
        'The lock could not be acquired. Wait for longer (waitMs), or call again later',
        { retryable: true },
      );
    }
    try {
      return await fn(lock);
    } finally {
      await this.release(lock).catch(() => {});
    }
  }

  #call<T>(
    method: 'extend' | 'release',
    name: string,
    args: unknown[],
    read: NonNullable<ObjectCall<T>['read']>,
  ): Promise<T> {
    const kind = 'lock:';
    return callObject<T>(this.#objects, {
      client: 'lock',
      operation: method,
      kind,
      name,
      method,
      args,
      sendsTime: true,
      read,
    });
  }
}

bindMethods(LockClient);

type Held = [fence: number, expiresAt: number];

function isHeld(value: unknown): value is Held {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'number');
}

function lockOf(name: string, holder: string, [fence, expiresAt]: Held): Lock {
  const lock = { name, fence, expiresAt };
  return Object.freeze(Object.defineProperty(lock, 'holder', { value: holder })) as Lock;
}

function notTtl(ttlSeconds: unknown): Bad {
  const fits = typeof ttlSeconds === 'number' && ttlSeconds > 0 && ttlSeconds <= MAX_TTL_SECONDS;
  return refuse(!fits, 'invalid_ttl', 'ttlSeconds must be a number of seconds above 0, at most 100 years');
}

const MAX_TTL_SECONDS = 3_155_760_000;

/** The longest a timer can wait. */
const MAX_WAIT_MS = 2_147_483_647;

function notWait(waitMs: unknown): Bad {
  const fits = typeof waitMs === 'number' && waitMs >= 0 && waitMs <= MAX_WAIT_MS;
  return refuse(!fits, 'misconfigured', 'waitMs must be a number of ms from 0 to 2147483647');
}

// The lock's fields, read once, and the error for what is no lock.
function lockFields(lock: Lock): Lock & { bad: Bad } {
  const fields = fieldsOf(lock, ['name', 'holder', 'fence'], 'A lock', 'invalid_value');
  const fits = typeof fields.holder === 'string' && fields.holder !== '';
  const message = 'Not a lock that acquire() returned: its holder is not copied by JSON or by spreading it';
  const bad =
    fields.bad ??
    refuse(!fits, 'invalid_value', message) ??
    notName(fields.holder, 'The holder of a lock', 'invalid_value') ??
    notLockName(fields.name);
  return { ...(fields as Lock), bad };
}
