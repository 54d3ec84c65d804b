import { DurableObject } from 'cloudflare:workers';
import { CloudflareClientsError, type ErrorCode } from '../error.js';
import { callSync, type Exports } from '../runtime.js';

/**
 * What an object answers by RPC. A refusal is a value: an exception would lose its properties on the way,
 * and the runtime would count it as the object's failure.
 */
export type Reply<T> = { ok: true; value: T } | { ok: false; code: ErrorCode; message: string };

/** @internal What Rust gets of an object: its storage. */
export type StorageHandle = object;

/**
 * An object whose state Rust keeps in SQLite. Tables are made by the first write, and an object that
 * was never written keeps none: only what has something in its storage is billed.
 */
export abstract class StoredObject extends DurableObject<unknown> {
  // Whether the tables are known to be there in their newest version.
  #open = false;

  /** @internal Brings the tables to their newest version; answers whether there are any. */
  protected abstract open(wasm: Exports, storage: StorageHandle, create: boolean): boolean;

  /** @internal Runs something that writes: all of it or nothing. */
  protected write<T>(job: (wasm: Exports, storage: StorageHandle) => unknown): Reply<T> {
    return this.#answer(() => this.ctx.storage.transactionSync(() => this.#run<T>(job, true) as T));
  }

  /** @internal The same where there are tables; `absent` is the answer where there are none. */
  protected change<T>(job: (wasm: Exports, storage: StorageHandle) => unknown, absent: T): Reply<T> {
    return this.#answer(() => this.ctx.storage.transactionSync(() => this.#run<T>(job, false) ?? absent));
  }

  /** @internal Runs something that makes no tables; `absent` is the answer where there are none. */
  protected read<T>(job: (wasm: Exports, storage: StorageHandle) => unknown, absent: T): Reply<T> {
    return this.#answer(() => this.#run<T>(job, false) ?? absent);
  }

  /** @internal Leaves nothing behind: no table, no alarm. */
  protected async empty(): Promise<void> {
    this.#open = false;
    // Before compatibility date 2026-02-24 the alarm would stay.
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  #run<T>(job: (wasm: Exports, storage: StorageHandle) => unknown, create: boolean): T | undefined {
    const { storage } = this.ctx;
    this.#open ||= callSync((wasm) => this.open(wasm, storage, create));
    return this.#open ? callSync((wasm) => job(wasm, storage) as T) : undefined;
  }

  #answer<T>(job: () => T): Reply<T> {
    try {
      return { ok: true, value: job() };
    } catch (error) {
      // Tables that were made in this transaction are gone again.
      this.#open = false;
      if (!(error instanceof CloudflareClientsError) || error.code === 'panic') throw error;
      return { ok: false, code: error.code, message: error.message };
    }
  }
}
