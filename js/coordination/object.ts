import { notName, notNumber } from '../core/checks.js';
import { given, notSent } from '../durable_objects/arguments.js';
import type { Reply } from '../durable_objects/reply.js';
import { StoredObject } from '../durable_objects/stored_object.js';
import { notKey } from './arguments.js';
import { KEPT_MS, Waiters } from './waiters.js';

/** A lock that the caller holds: its fence, and when it expires, in ms since the epoch. */
export type LockHeld = [fence: number, expiresAt: number];

/** For how many ms at most another caller holds the lock. */
export type LockBusy = [retryInMs: number];

/** The same for a caller who waits: how many wait before it, and for how many ms its place is kept. */
export type LockAwaited = [retryInMs: number, ahead: number, keptMs: number];

/**
 * One lock or one counter: an object for each name. Bind it as `COORDINATION_DO` and pass the binding to
 * `LockClient` and `CounterClient`, which call its methods.
 */
export class CoordinationDurableObject extends StoredObject {
  /** @internal */
  protected readonly className = 'CoordinationDurableObject';

  readonly #waiters = new Waiters();

  /**
   * Acquires the lock if it is free, and nobody waits for longer. `holder` is the caller's own secret; the same holder
   * gets the same lock. Who `waits` keeps its place for a while, and comes again.
   */
  acquire(
    holder: string,
    ttlSeconds: number,
    sent?: number,
    waits?: boolean,
  ): Reply<LockHeld | LockBusy | LockAwaited> {
    const bad = notHolder(holder) ?? notTtl(ttlSeconds) ?? notSent(sent);
    const now = Date.now();
    const ahead = this.#waiters.ahead(holder, now);
    const reply = this.call<LockHeld | LockBusy>(bad, (wasm, storage) =>
      wasm.lockAcquire(storage, holder, ttlSeconds, ahead === 0, given(sent)),
    );
    if (!reply.ok) return reply;
    if (reply.value.length > 1 || waits !== true) {
      this.#waiters.leave(holder);
      return reply;
    }
    this.#waiters.stay(holder, now);
    return { ...reply, value: [reply.value[0], ahead, KEPT_MS] };
  }

  /** Gives the holder another TTL from now; null for a caller who does not hold the lock. */
  extend(holder: string, ttlSeconds: number, sent?: number): Reply<LockHeld | null> {
    const bad = notHolder(holder) ?? notTtl(ttlSeconds) ?? notSent(sent);
    return this.call(bad, (wasm, storage) => wasm.lockExtend(storage, holder, ttlSeconds, given(sent)));
  }

  /**
   * Releases the lock. `call` identifies this call: a repeated call returns the same. Who `withdraws` does not know whether
   * it has the lock: its attempts that come late get nothing any more.
   */
  release(holder: string, call: string, sent?: number, withdraws?: boolean): Reply<boolean> {
    const bad = notHolder(holder) ?? notHolder(call) ?? notSent(sent);
    if (!bad && withdraws) this.#waiters.leave(holder);
    return this.call(bad, (wasm, storage) =>
      wasm.lockRelease(storage, holder, call, withdraws === true, given(sent)),
    );
  }

  /** Adds to the counter, once for each key; returns the new value. */
  increment(by: number, key: string, sent?: number): Reply<number> {
    const bad = notNumber(by, 'by') ?? notKey(key) ?? notSent(sent);
    return this.call(bad, (wasm, storage) => wasm.counterIncrement(storage, by, key, given(sent)));
  }

  /** Returns the value of the counter. */
  count(): Reply<number> {
    return this.call(undefined, (wasm, storage) => wasm.counterCount(storage));
  }

  /** Sets the counter to 0, once for each key. */
  reset(key: string, sent?: number): Reply<null> {
    const bad = notKey(key) ?? notSent(sent);
    return this.call(bad, (wasm, storage) => wasm.counterReset(storage, key, given(sent)));
  }

  override async alarm(): Promise<void> {
    await this.onAlarm((wasm, storage) => wasm.coordinationOnAlarm(storage));
  }
}

const notHolder = (holder: unknown) => notName(holder, 'The holder of a lock', 'invalid_value');

const notTtl = (ttlSeconds: unknown) => notNumber(ttlSeconds, 'ttlSeconds', 'invalid_ttl');
