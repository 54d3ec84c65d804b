// Single flight: of the calls that miss a key at the same time, one loads for all of its isolate.
import type { ErrorCode } from '../core/error.js';
import { hasKeepAlive, keepAlive, type WaitUntil } from '../core/options.js';
import { callSync } from '../wasm/driver.js';
import { settledWithin } from '../wasm/imports/promises.js';
import { Group } from './group.js';
import type { Memory } from './memory.js';
import type { SharedKv } from './shared_kv.js';

/** One call's part in a group; `src/kv/flight.rs` calls it. */
export class Member {
  readonly #kv: SharedKv;
  readonly #memory: Memory;
  readonly #waitUntil: WaitUntil | undefined;
  readonly #notStored: (code: ErrorCode) => void;
  #since: number;
  #key = '';
  #group: Group | undefined;
  #leads = false;

  /** `notStored` is told when a value cannot be stored after the call has ended. */
  constructor(kv: SharedKv, waitUntil: WaitUntil | undefined, notStored: (code: ErrorCode) => void) {
    this.#kv = kv;
    this.#memory = kv.memory;
    this.#since = kv.memory.now;
    this.#waitUntil = waitUntil;
    this.#notStored = notStored;
  }

  /** Whether the key was loaded while this call has read it, and so may have missed it. True once. */
  wasLoaded(key: string): boolean {
    const was = this.#memory.wasLoadedSince(key, this.#since);
    this.#since = this.#memory.now;
    return was;
  }

  /** On a miss: joins a group that is loading; else leads one and returns true. */
  join(key: string): boolean {
    this.#key = key;
    this.#group = this.#memory.loads.get(key);
    this.#leads = this.#group === undefined;
    if (this.#leads) {
      this.#group = new Group();
      this.#memory.enterLoad(key, this.#group);
      // The followers depend on this request: it must not end before the group does.
      keepAlive(this.#waitUntil, this.#group.promise);
    }
    return this.#leads;
  }

  /** The outcome once there is one, else its promise: the promise of a request that has ended cannot be awaited. */
  outcome(): unknown {
    return this.#group?.outcome ?? this.#group?.promise;
  }

  /** Called when the leader is gone: leads a new group and returns true, or joins the group of a faster call. */
  takeOver(): boolean {
    this.#close();
    return this.join(this.#key);
  }

  /** This call's loader is called now. */
  begin(): void {
    this.#since = this.#memory.now;
  }

  /** Passes the leader's value to its followers. */
  share(text: string, asOf: number): void {
    if (this.#leads) this.#group?.end({ text, asOf });
  }

  /** Passes the error of the leader's loader to its followers. */
  fail(error: unknown): void {
    if (this.#leads) this.#group?.end({ failed: true, error });
  }

  /** Whether what was loaded is still good. Then its writes begin now. */
  mayStore(): boolean {
    this.#kv.storing = this.#memory.isValid(this.#key, this.#since);
    return this.#kv.storing;
  }

  /** The writes have begun. Whether they go on by themselves; otherwise the call waits for them. */
  keep(writes: Promise<unknown>[], limitMs: number): boolean {
    this.#kv.storing = false;
    this.#memory.hasLoaded(this.#key);
    const write = this.#memory.writes.get(this.#key);
    if (write) write.answers = true;
    if (!hasKeepAlive(this.#waitUntil)) return false;
    keepAlive(this.#waitUntil, this.#finish(writes, limitMs));
    return true;
  }

  async #finish(writes: Promise<unknown>[], limitMs: number): Promise<void> {
    const outcomes = await settledWithin(writes, limitMs);
    for (const outcome of outcomes) {
      if (outcome?.status === 'fulfilled') continue;
      // As `Kv::finish` does.
      if (outcomes.at(-1)?.status === 'fulfilled') await this.#kv.delete(this.#key).catch(() => {});
      this.#notStored(callSync((wasm) => wasm.putFailure(outcome?.reason, outcome === undefined)));
      return;
    }
  }

  #close(): void {
    if (this.#memory.loads.get(this.#key) === this.#group) this.#memory.loads.delete(this.#key);
  }

  /** Called when the call is over, however it ended. */
  leave(): void {
    this.#kv.storing = false;
    if (!this.#leads) return;
    this.#leads = false;
    this.#group?.end({ failed: false });
    this.#close();
  }
}
