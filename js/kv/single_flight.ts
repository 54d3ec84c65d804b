// Single flight: of the calls that miss a key at the same time, one loads for all of its isolate.
import type { ErrorCode } from '../core/error.js';
import type { Report } from '../core/events.js';
import { hasKeepAlive, keepAlive, type WaitUntil } from '../core/options.js';
import { callSync } from '../wasm/driver.js';
import { limited, TIMED_OUT } from '../wasm/time_limit.js';
import { Group, type Outcome } from './group.js';
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
  /** Of a session that was joined, when it was read. */
  asOf = Number.NaN;

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

  /**
   * On a miss: the text that another call has loaded, or undefined where this call has to load, mostly since it leads.
   * Rejects with what the other call's loader threw. Waiting is bounded: a second leader that is gone is not waited for.
   */
  join(key: string, report: Report | undefined, joinMs: number): Promise<string | undefined> | undefined {
    this.#key = key;
    return this.#lead() ? undefined : this.#follow(report, joinMs);
  }

  #lead(): boolean {
    const key = this.#key;
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

  async #follow(report: Report | undefined, joinMs: number): Promise<string | undefined> {
    for (let tries = 0; tries < 2; tries++) {
      // The promise of a request that has ended cannot be awaited.
      const waits = this.#group?.outcome ?? this.#group?.promise;
      const outcome = (await limited(waits, joinMs).catch(() => undefined)) as Outcome | undefined;
      if (outcome) {
        if (!('asOf' in outcome) && !outcome.failed) return undefined;
        report?.note('joined', '');
        if (!('asOf' in outcome)) throw outcome.error;
        this.asOf = outcome.asOf;
        return outcome.text;
      }
      report?.note('join_failed', '');
      const gone = this.#group as Group;
      this.#close();
      if (gone.successor) this.#group = gone.successor;
      else if (this.#lead()) {
        gone.successor = this.#group;
        return undefined;
      }
    }
    return undefined;
  }

  /** Calls the loader, which rejects for its followers, too. */
  async load(loader: () => unknown): Promise<unknown> {
    this.#since = this.#memory.now;
    try {
      return await loader();
    } catch (error) {
      if (this.#leads) this.#group?.end({ failed: true, error });
      throw error;
    }
  }

  /** Passes the leader's value to its followers. */
  share(text: string, asOf: number): void {
    if (this.#leads) this.#group?.end({ text, asOf });
  }

  /** Whether what was loaded is still good. Then its write begins now. */
  mayStore(): boolean {
    this.#kv.storing = this.#memory.isValid(this.#key, this.#since);
    return this.#kv.storing;
  }

  /** The write has begun. Whether it goes on by itself; otherwise the call waits for it. */
  keep(write: unknown, limitMs: number): boolean {
    this.#kv.storing = false;
    this.#memory.hasLoaded(this.#key);
    const own = this.#memory.writes.get(this.#key);
    if (own) own.answers = true;
    if (!hasKeepAlive(this.#waitUntil)) return false;
    const failed = (error: unknown) =>
      this.#notStored(callSync((wasm) => wasm.putFailure(error, error === TIMED_OUT)));
    keepAlive(
      this.#waitUntil,
      (limitMs > 0 ? limited(write, limitMs) : Promise.resolve(write)).catch(failed),
    );
    return true;
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
