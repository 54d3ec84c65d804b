/** @internal How long a waiter who is not heard of keeps its place, in ms: longer than its longest pause. */
export const KEPT_MS = 2_500;

/**
 * @internal Who waits for a lock, in the order in which they came. In the object's memory alone: to write it down would
 * cost a row for each who comes and goes, and when an object restarts, only the order is lost.
 */
export class Waiters {
  // A map keeps the place of a key that is set again.
  readonly #keptUntil = new Map<string, number>();

  /** How many wait before this one; all, before one who does not wait yet. */
  ahead(holder: string, now: number): number {
    let ahead = 0;
    for (const [waiter, until] of this.#keptUntil) {
      if (waiter === holder) break;
      if (until > now) ahead += 1;
      else this.#keptUntil.delete(waiter);
    }
    return ahead;
  }

  stay(holder: string, now: number): void {
    this.#keptUntil.set(holder, now + KEPT_MS);
  }

  leave(holder: string): void {
    this.#keptUntil.delete(holder);
  }
}
