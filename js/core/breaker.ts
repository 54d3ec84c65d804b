// A breaker for each namespace: when several of its objects in a row have failed, calls that have a fallback use it at
// once, and one call now and then probes whether objects answer again.

/** How many different objects must have failed, with no call answered in between: nobody opens it by their own. */
const OPENS_AFTER = 3;
/** How long failures count, in ms. */
const WITHIN_MS = 60_000;
/** How long after a failure, or after the last probe, the next call probes, in ms. */
const PROBE_MS = 10_000;

/** @internal Of one namespace. Moments are in ms since the epoch. */
export class Breaker {
  readonly #failed = new Set<string>();
  #since = 0;
  /** When the next call may probe; undefined while it is closed. */
  #probeAt: number | undefined;

  /** Whether a call may be made: always, but while it is open only a probe. */
  admits(now: number): boolean {
    if (this.#probeAt === undefined) return true;
    // After a clock that went back it would be open for longer.
    const probes = now >= this.#probeAt || this.#probeAt - now > PROBE_MS;
    // Not by whether it ends: its request may be cancelled.
    if (probes) this.#probeAt = now + PROBE_MS;
    return probes;
  }

  /** An object has failed. Returns whether that has opened it. */
  failed(object: string, now: number): boolean {
    const wasOpen = this.#probeAt !== undefined;
    if (Math.abs(now - this.#since) > WITHIN_MS) this.#failed.clear();
    if (this.#failed.size === 0) this.#since = now;
    this.#failed.add(object);
    if (!wasOpen && this.#failed.size < OPENS_AFTER) return false;
    this.#failed.clear();
    this.#probeAt = now + PROBE_MS;
    return !wasOpen;
  }

  /** An object has answered. Returns whether that has closed it. */
  answered(): boolean {
    const wasOpen = this.#probeAt !== undefined;
    this.#failed.clear();
    this.#probeAt = undefined;
    return wasOpen;
  }
}
