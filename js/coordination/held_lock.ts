// A lock that is extended for as long as the work under it takes.
import { CloudflareClientsError } from '../core/error.js';
import { MAX_TIMER_MS } from '../core/options.js';
import { limited } from '../wasm/time_limit.js';
import type { Lock } from './lock.js';
import type { Signal } from './signal.js';

// After how many ms an extension that failed is tried again.
const AGAIN_MS = 1_000;

/** @internal What is kept, in ms. */
export interface Kept {
  ttlMs: number;
  /** How long it is extended at most, from now on. */
  maxMs: number;
  /** Gives it another TTL; null when it was lost. */
  extend(ttlSeconds: number): Promise<Lock | null>;
}

/** @internal Extends a lock until {@link end}. By this isolate's clock, which need not agree with the object's. */
export class HeldLock {
  readonly #lost = new AbortController();
  readonly #kept: Kept;
  readonly #most: number;
  #until: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(kept: Kept) {
    this.#kept = kept;
    const now = Date.now();
    this.#until = now + kept.ttlMs;
    this.#most = now + kept.maxMs;
    this.#plan(kept.ttlMs / 2);
  }

  /** Aborted when the lock is lost, or ends because it may not be extended any more. */
  get signal(): Signal {
    return this.#lost.signal;
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #plan(ms: number): void {
    if (!this.#ended) this.#timer = setTimeout(() => void this.#goOn(), Math.min(ms, MAX_TIMER_MS));
  }

  async #goOn(): Promise<void> {
    const started = Date.now();
    const until = Math.min(started + this.#kept.ttlMs, this.#most);
    if (this.#until <= started) return this.#lose();
    // Nothing to gain: it ends when it may not be held any more.
    if (until <= this.#until) return this.#plan(this.#until - started);
    try {
      // A reply that comes after its end comes too late.
      const extending = this.#kept.extend((until - started) / 1_000);
      const lock = await limited(extending, this.#until - started);
      if (!lock) return this.#lose();
      this.#until = until;
      this.#plan((until - started) / 2);
    } catch {
      this.#plan(Math.min(AGAIN_MS, Math.max(this.#until - Date.now(), 0)));
    }
  }

  #lose(): void {
    if (this.#ended) return;
    const message = 'The lock was lost: it has ended, or could not be extended in time';
    this.#lost.abort(new CloudflareClientsError('conflict', message, { retryable: true }));
  }
}
