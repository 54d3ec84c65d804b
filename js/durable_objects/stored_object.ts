import { DurableObject } from 'cloudflare:workers';
import { CloudflareClientsError } from '../core/error.js';
import { callSync, type Exports } from '../wasm/object_driver.js';
import { type Reply, refused } from './reply.js';
import { lateCall, type Sent } from './sent.js';

// When an alarm whose work failed goes off again, in ms.
const ALARM_AGAIN_MS = 60_000;

/** @internal What Rust gets of an object: its storage. */
export type StorageHandle = object;

type Job = (wasm: Exports, storage: StorageHandle) => unknown;
type Absent<T> = T | ((wasm: Exports) => unknown);

/**
 * An object whose state Rust keeps in SQLite. Tables are made by the first write, and an object that
 * was never written keeps none: only what has something in its storage is billed.
 *
 * What subclasses call are fields, since RPC offers every method of a prototype to whoever has the binding.
 */
export abstract class StoredObject extends DurableObject<unknown> {
  // Whether the tables are known to be there in their newest version.
  #open = false;

  /** @internal Brings the tables to their newest version; answers whether there are any. */
  protected abstract readonly open: (wasm: Exports, storage: StorageHandle, create: boolean) => boolean;

  /**
   * @internal Runs something that writes: all of it or nothing. A job that finds nothing to do in an object
   * that has nothing leaves no tables either; `untouched` is the answer then.
   */
  protected readonly write = <T>(sent: Sent, job: Job, untouched?: NoInfer<T>): Reply<T> => {
    return lateCall(sent) ?? this.#reply(() => this.#transaction<T>(job, true) as T, untouched);
  };

  /** @internal The same where there are tables; `absent` is the answer, or gives it, where there are none. */
  protected readonly writeIfThere = <T>(sent: Sent, job: Job, absent: Absent<NoInfer<T>>): Reply<T> => {
    return lateCall(sent) ?? this.#reply(() => this.#transaction<T>(job, false) ?? valueOrCall<T>(absent));
  };

  /**
   * @internal Runs something that may find nothing, and is remembered all the same, since a copy that comes late
   * must not end what was stored since. A call of an older client, which has no stamp, leaves nothing then.
   */
  protected readonly writeRemembered = <T>(sent: Sent, job: Job, absent: Absent<NoInfer<T>>): Reply<T> =>
    typeof sent === 'number' ? this.write(sent, job) : this.writeIfThere(sent, job, absent);

  /**
   * @internal Runs something that checks all before its first write, without the transaction, which
   * would cost more than the write. What fails between two writes must not be kept: the object is reset.
   */
  protected readonly writeOnce = <T>(sent: Sent, job: Job, untouched?: NoInfer<T>): Reply<T> => {
    const late = lateCall(sent);
    if (late || !this.#open) return late ?? this.write(sent, job, untouched);
    return this.#reply(() => {
      try {
        return this.#run<T>(job, true) as T;
      } catch (error) {
        if (!isRefusal(error)) this.ctx.abort('a write failed half way');
        throw error;
      }
    }, untouched);
  };

  /** @internal Runs something that writes one row at most; else as {@link writeIfThere}. */
  protected readonly read = <T>(job: Job, absent: Absent<NoInfer<T>>): Reply<T> => {
    return this.#reply(() => this.#run<T>(job, false) ?? valueOrCall<T>(absent));
  };

  /**
   * @internal The alarm: empties the object when the job says that nothing is left. It must not fail: an
   * alarm that throws is tried six times and then never again.
   */
  protected readonly onAlarm = async (
    job: (wasm: Exports, storage: StorageHandle) => boolean,
  ): Promise<void> => {
    try {
      const reply = this.writeIfThere<boolean>(undefined, job, true);
      if (reply.ok && reply.value) await this.empty();
      else if (!reply.ok) await this.#setAlarmAgain();
    } catch {
      await this.#setAlarmAgain();
    }
  };

  #setAlarmAgain(): Promise<void> {
    return this.ctx.storage.setAlarm(Date.now() + ALARM_AGAIN_MS);
  }

  /** @internal Leaves nothing behind: no table, no alarm. */
  protected readonly empty = async (): Promise<void> => {
    this.#open = false;
    // Before compatibility date 2026-02-24 the alarm would stay. Not awaited, so that nobody writes between.
    void this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  };

  #transaction<T>(job: Job, create: boolean): T | undefined {
    return this.ctx.storage.transactionSync(() => this.#run<T>(job, create));
  }

  #run<T>(job: Job, create: boolean): T | undefined {
    const { storage } = this.ctx;
    // A migration is done as a whole, also by a read.
    this.#open ||= storage.transactionSync(() => callSync((wasm) => this.open(wasm, storage, create)));
    return this.#open ? callSync((wasm) => job(wasm, storage) as T) : undefined;
  }

  #reply<T>(job: () => T, untouched?: T): Reply<T> {
    try {
      return { ok: true, value: job() };
    } catch (error) {
      // Tables that were made in this transaction are gone again.
      this.#open = false;
      if (!(error instanceof CloudflareClientsError) || error.code === 'panic') throw error;
      if ((error.code as string) === NOTHING && untouched !== undefined)
        return { ok: true, value: untouched };
      // The caller is told no more than that: the cause does not cross. It holds a statement, never a value.
      if (error.code === 'object_unavailable') console.error(error.message, String(error.cause));
      return refused(error);
    }
  }
}

// How Rust says that nothing was there and nothing came of the call.
const NOTHING = 'nothing';

function valueOrCall<T>(absent: Absent<T>): T {
  return typeof absent === 'function' ? callSync<T>(absent as (wasm: Exports) => T) : absent;
}

// What the user's call is refused with, as opposed to what went wrong on the way.
function isRefusal(error: unknown): error is CloudflareClientsError {
  return (
    error instanceof CloudflareClientsError && error.code !== 'panic' && error.code !== 'object_unavailable'
  );
}
