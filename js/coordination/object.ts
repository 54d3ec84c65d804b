import type { Reply } from '../durable_objects/reply.js';
import { given } from '../durable_objects/sent.js';
import { type StorageHandle, StoredObject } from '../durable_objects/stored_object.js';
import type { Exports } from '../wasm/object_driver.js';

/** A lock that is the caller's: its fence, and when it expires, in ms since the epoch. */
export type LockHeld = [fence: number, expiresAt: number];

/** For how many ms at most the lock is somebody else's. */
export type LockBusy = [retryInMs: number];

/**
 * One lock or one counter: an object for each name. Bind it as `COORDINATION_DO` and hand the binding to
 * `LockClient` and `CounterClient`; its methods are what those call.
 */
export class CoordinationDurableObject extends StoredObject {
  /** Takes the lock if it is free. `holder` is a secret of the caller's own; the same one gets the same lock. */
  acquire(holder: string, ttlSeconds: number, sent?: number): Reply<LockHeld | LockBusy> {
    return this.writeOnce(sent, (wasm, storage) => wasm.lockTake(storage, holder, ttlSeconds));
  }

  /** Gives the holder another TTL from now; null for who does not hold the lock. */
  extend(holder: string, ttlSeconds: number, sent?: number): Reply<LockHeld | null> {
    return this.writeIfThere(
      sent,
      (wasm, storage) => wasm.lockExtend(storage, holder, ttlSeconds, given(sent)),
      (wasm) => wasm.lockExtend(undefined, holder, ttlSeconds, given(sent)),
    );
  }

  /** Frees the lock. `call` names this call: made again, it answers the same. */
  release(holder: string, call: string, sent?: number): Reply<boolean> {
    return this.writeIfThere(
      sent,
      (wasm, storage) => wasm.lockRelease(storage, holder, call),
      (wasm) => wasm.lockRelease(undefined, holder, call),
    );
  }

  /** Adds to the counter, once for each key; answers the value after that. */
  increment(by: number, key: string, sent?: number): Reply<number> {
    return this.writeOnce(sent, (wasm, storage) => wasm.counterAdd(storage, by, key, given(sent)));
  }

  /** The value of the counter. */
  count(): Reply<number> {
    return this.read((wasm, storage) => wasm.counterGet(storage), 0);
  }

  /** Sets the counter to 0, once for each key. */
  reset(key: string, sent?: number): Reply<null> {
    return this.writeRemembered(
      sent,
      (wasm, storage) => wasm.counterReset(storage, key, given(sent)),
      (wasm) => wasm.counterReset(undefined, key, undefined),
    );
  }

  override async alarm(): Promise<void> {
    await this.wake((wasm, storage) => wasm.coordinationWake(storage));
  }

  /** @internal */
  protected override readonly open = (wasm: Exports, storage: StorageHandle, create: boolean): boolean =>
    wasm.coordinationTables(storage, create);
}
