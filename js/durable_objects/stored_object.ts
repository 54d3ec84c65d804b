import { DurableObject } from 'cloudflare:workers';
import type { Bad } from '../core/checks.js';
import { CloudflareClientsError } from '../core/error.js';
import type { ObjectClass } from '../core/namespace.js';
import { writesSoFar } from '../wasm/imports/storage.js';
import { callSync, type Exports } from '../wasm/object_driver.js';
import { type Reply, refused } from './reply.js';

// After how many ms an alarm whose work failed goes off again.
const ALARM_AGAIN_MS = 60_000;

/** @internal The storage of an object, which is passed to Rust. */
export type StorageHandle = object;

type Job = (wasm: Exports, storage: StorageHandle) => unknown;

/**
 * An object whose state Rust keeps (src/object/body.rs): it reads the state, makes the call and writes what has
 * changed, so that an object which was never written has nothing in its storage, and is not billed.
 *
 * The helpers of subclasses are fields, since RPC exposes every method of a prototype to any caller with the
 * binding.
 */
export abstract class StoredObject extends DurableObject<unknown> {
  /** @internal The class as this package calls it, whatever a bundler or a subclass makes of its name. */
  protected abstract readonly className: ObjectClass;

  /**
   * @internal Makes a call whose arguments are good. Mostly it writes once, at its end. What needs several writes
   * and fails between two must keep none: the object is reset, and what it has written since the last await is gone.
   */
  protected readonly call = <T>(bad: Bad, job: Job): Reply<T> => {
    const before = writesSoFar();
    return this.reply(
      bad,
      () => callSync((wasm) => job(wasm, this.ctx.storage) as T),
      (error) => {
        if (!isRefusal(error) && writesSoFar() !== before) this.ctx.abort('a write failed half way');
      },
    );
  };

  /** @internal The same for a call that may be refused after it has written: in a transaction. */
  protected readonly callInTransaction = <T>(bad: Bad, job: Job): Reply<T> => {
    const { storage } = this.ctx;
    return this.reply(bad, () => storage.transactionSync(() => callSync((wasm) => job(wasm, storage) as T)));
  };

  /** @internal Handles the alarm: empties the object when the job returns that nothing is left. */
  protected readonly onAlarm = (job: Job): Promise<void> =>
    this.emptiedIf(() => this.callInTransaction<boolean>(undefined, job));

  /**
   * @internal The same for any work. It must not throw: an alarm that throws is retried six times and then never
   * again.
   */
  protected readonly emptiedIf = async (work: () => Reply<boolean>): Promise<void> => {
    try {
      const reply = work();
      if (!reply.ok) await this.#setAlarmAgain();
      else if (reply.value) await this.#empty();
    } catch {
      await this.#setAlarmAgain();
    }
  };

  #setAlarmAgain(): Promise<void> {
    return this.ctx.storage.setAlarm(Date.now() + ALARM_AGAIN_MS);
  }

  async #empty(): Promise<void> {
    // Before compatibility date 2026-02-24 the alarm would stay. Not awaited, so that no other call writes in between.
    void this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  /** @internal The reply to a call: what its job returns, or its refusal. */
  protected readonly reply = <T>(bad: Bad, job: () => T, failed = (_: unknown) => {}): Reply<T> => {
    const by = { class: this.className };
    if (bad) return { ...refused(bad), ...by };
    try {
      return { ok: true, value: job(), ...by };
    } catch (error) {
      failed(error);
      if (!(error instanceof CloudflareClientsError) || error.code === 'panic') throw error;
      // The caller learns no more than that: the cause does not cross RPC. It holds a statement, never a value.
      if (error.code === 'object_unavailable') console.error(error.message, String(error.cause));
      // Too late by the object's clock, which the caller did not know.
      if (error.code === 'timeout') return { ...refused(error), at: Date.now(), ...by };
      return { ...refused(error), ...by };
    }
  };
}

// What is no refusal of the call, but a failure on the way.
const FAILURES: readonly string[] = ['panic', 'object_unavailable', 'misconfigured'];
const isRefusal = (error: unknown): boolean =>
  error instanceof CloudflareClientsError && !FAILURES.includes(error.code);
