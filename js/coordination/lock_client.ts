import { type Bad, refuse } from '../core/checks.js';
import { CloudflareClientsError } from '../core/error.js';
import { type ObjectClientOptions, type ObjectHandle, type Objects, objectsOf } from '../core/namespace.js';
import { callObject, type ObjectCall, observedObject, otherClass } from '../core/stub_call.js';
import { notName } from './arguments.js';

/** How to get a lock. */
export interface AcquireOptions {
  /**
   * After how long the lock is free again if its holder vanished, in seconds. Longer than the work takes;
   * work that may take longer extends it.
   */
  ttlSeconds: number;
  /**
   * How long to wait for the lock, in ms. Waiting is asking again, after 25 ms to a second each time, or when
   * the lock ends; there is no queue. @defaultValue 0
   */
  waitMs?: number | undefined;
}

/** A lock that is held. */
export interface Lock {
  /** What is locked. */
  readonly name: string;
  /** Larger than that of every earlier holder: hand it to what you write to, and let that refuse a smaller one. */
  readonly fence: number;
  /** When the lock ends by itself, in ms since the epoch, by the object's clock. */
  readonly expiresAt: number;
  /**
   * What proves the holder: keep it secret. Not enumerable, so that logging a lock does not show it, and a copy
   * by JSON or by spreading has none.
   */
  readonly holder: string;
}

/**
 * Locks on Durable Objects: one holder at a time for a name, until it is released or its TTL is over.
 *
 * A holder that was paused for longer than its TTL does not know that somebody else holds the lock now. Hence
 * the fence: it grows with every holder, and what is written to can refuse who comes too late.
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
  constructor(namespace: ObjectHandle, options?: ObjectClientOptions) {
    this.#objects = objectsOf(namespace, 'LockClient', options);
  }

  /**
   * Gets the lock of a name, or null when it is somebody else's for all of `waitMs`.
   *
   * @throws {CloudflareClientsError} `invalid_key` (the name), `invalid_ttl`, `misconfigured` (`waitMs`),
   * `object_unavailable`, `object_overloaded`, `timeout`.
   */
  async acquire(name: string, options: AcquireOptions): Promise<Lock | null> {
    const waitMs = options?.waitMs ?? 0;
    const bad = notName(name) ?? notTtl(options?.ttlSeconds) ?? notWait(waitMs);
    if (bad) throw bad;
    // Waiting is not slowness.
    const patient = { ...this.#objects, slowMs: this.#objects.slowMs + waitMs };
    const holder = crypto.randomUUID();
    const held = await observedObject<Held | null>(patient, 'lock', 'acquire', (wasm, report) =>
      wasm.waitForLock(this.#objects, name, holder, options.ttlSeconds, waitMs, report),
    );
    return held && lockOf(name, holder, held);
  }

  /** Gives the lock another TTL from now: the lock with its new end, or null when it was lost. */
  async extend(lock: Lock, ttlSeconds: number): Promise<Lock | null> {
    const bad = notLock(lock) ?? notTtl(ttlSeconds);
    if (bad) throw bad;
    const { name, holder } = lock;
    const held = await this.#call<Held | null>('extend', name, [holder, ttlSeconds], (value) => {
      if (value === null || isHeld(value)) return value;
      throw otherClass();
    });
    // Another fence: it was lost, and an earlier call of acquire() that came late has taken it again.
    return held && held[0] === lock.fence ? lockOf(name, holder, held) : null;
  }

  /** Frees the lock. False when it was not yours any more: it had ended, or you had released it before. */
  async release(lock: Lock): Promise<boolean> {
    const bad = notLock(lock);
    if (bad) throw bad;
    const { name, holder } = lock;
    return this.#call('release', name, [holder, crypto.randomUUID()], (value, report) => {
      if (typeof value !== 'boolean') throw otherClass();
      if (!value) report?.note('lock_lost', '');
      return value;
    });
  }

  /**
   * Runs `fn` while holding the lock, and releases it whatever happens. What `fn` throws reaches the caller;
   * a release that fails does not (the lock ends by its TTL, and `onEvent` tells of it).
   *
   * @throws {CloudflareClientsError} `conflict`, `retryable`, when the lock was not to be had; else as
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
        'Somebody else has the lock. Wait for longer (waitMs), or call again later',
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

function notLock(lock: Lock): Bad {
  const fits =
    typeof lock === 'object' && lock !== null && typeof lock.holder === 'string' && lock.holder !== '';
  const message = 'Not a lock that acquire() returned: its holder is not copied by JSON or by spreading it';
  return refuse(!fits, 'invalid_value', message) ?? notName(lock.name);
}
