import { DurableObject } from 'cloudflare:workers';
import { CloudflareClientsError } from '../core/error.js';
import { callSync, type Exports } from '../wasm/object_driver.js';
import { type Reply, refused } from './reply.js';
import { lateCall, type Sent } from './sent.js';

// After how many ms an alarm whose work failed goes off again.
const ALARM_AGAIN_MS = 60_000;

/** @internal The storage of an object, which is passed to Rust. */
export type StorageHandle = object;

type Job = (wasm: Exports, storage: StorageHandle) => unknown;
type Absent<T> = T | ((wasm: Exports) => unknown);

/**
 * An object whose state Rust keeps in SQLite. The first write creates the tables, and an object that was
 * never written has none: only objects with something in their storage are billed.
 *
 * The helpers of subclasses are fields, since RPC exposes every method of a prototype to any caller with the
 * binding.
 */
export abstract class StoredObject extends DurableObject<unknown> {
  // Whether the tables are known to exist in their newest version.
  #open = false;

  /** @internal Migrates the tables to their newest version; returns whether there are any. */
  protected abstract readonly open: (wasm: Exports, storage: StorageHandle, create: boolean) => boolean;

  /**
   * @internal Runs a job that writes, in a transaction. A job that finds nothing to do in an empty object leaves
   * no tables either; then the reply is `untouched`.
   */
  protected readonly write = <T>(sent: Sent, job: Job, untouched?: NoInfer<T>): Reply<T> => {
    return lateCall(sent) ?? this.#reply(() => this.#transaction<T>(job, true) as T, untouched);
  };

  /** @internal The same where there are tables; without tables the reply is `absent`, or what it returns. */
  protected readonly writeIfThere = <T>(sent: Sent, job: Job, absent: Absent<NoInfer<T>>): Reply<T> => {
    return lateCall(sent) ?? this.#reply(() => this.#transaction<T>(job, false) ?? valueOrCall<T>(absent));
  };

  /**
   * @internal Runs a job that may find nothing, and is remembered all the same, since a late copy of the call must
   * not end what was stored since. A call of an older client, which does not send its time, then leaves nothing.
   */
  protected readonly writeRemembered = <T>(sent: Sent, job: Job, absent: Absent<NoInfer<T>>): Reply<T> =>
    typeof sent === 'number' ? this.write(sent, job) : this.writeIfThere(sent, job, absent);

  /**
   * @internal Runs a job that checks everything before its first write, without a transaction, which would cost
   * more than the write. When it fails between two writes, the first must not be kept: the object is reset.
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

  /** @internal Runs a job that writes at most one row, without a transaction; else as {@link writeIfThere}. */
  protected readonly read = <T>(job: Job, absent: Absent<NoInfer<T>>): Reply<T> => {
    return this.#reply(() => this.#run<T>(job, false) ?? valueOrCall<T>(absent));
  };

  /**
   * @internal Handles the alarm: empties the object when the job returns that nothing is left. It must not throw:
   * an alarm that throws is retried six times and then never again.
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

  /** @internal Deletes everything: all tables, and the alarm. */
  protected readonly empty = async (): Promise<void> => {
    this.#open = false;
    // Before compatibility date 2026-02-24 the alarm would stay. Not awaited, so that no other call writes in between.
    void this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  };

  #transaction<T>(job: Job, create: boolean): T | undefined {
    return this.ctx.storage.transactionSync(() => this.#run<T>(job, create));
  }

  #run<T>(job: Job, create: boolean): T | undefined {
    const { storage } = this.ctx;
    // A migration is all or nothing, also when a read makes it.
    this.#open ||= storage.transactionSync(() => callSync((wasm) => this.open(wasm, storage, create)));
    return this.#open ? callSync((wasm) => job(wasm, storage) as T) : undefined;
  }

  #reply<T>(job: () => T, untouched?: T): Reply<T> {
    try {
      return { ok: true, value: job() };
    } catch (error) {
      // Tables that were created in this transaction are rolled back.
      this.#open = false;
      if (!(error instanceof CloudflareClientsError) || error.code === 'panic') throw error;
      if ((error.code as string) === NOTHING && untouched !== undefined)
        return { ok: true, value: untouched };
      // The caller learns no more than that: the cause does not cross RPC. It holds a statement, never a value.
      if (error.code === 'object_unavailable') console.error(error.message, String(error.cause));
      return refused(error);
    }
  }
}

// Rust's code for a call that found nothing and changed nothing.
const NOTHING = 'nothing';

function valueOrCall<T>(absent: Absent<T>): T {
  return typeof absent === 'function' ? callSync<T>(absent as (wasm: Exports) => T) : absent;
}

// Whether the user's call was refused, as opposed to a failure on the way.
function isRefusal(error: unknown): error is CloudflareClientsError {
  return (
    error instanceof CloudflareClientsError && error.code !== 'panic' && error.code !== 'object_unavailable'
  );
}
