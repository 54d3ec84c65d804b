/** When histories begin; the time of day is nobody's business. */
export const START = Date.UTC(2031, 4, 6, 7, 8, 9);

interface Event {
  at: number;
  order: number;
  run: () => void;
  cancelled: boolean;
}

/** Virtual time: it goes on to the next event as soon as nothing is left to do now. */
export class Time {
  now = START;
  #heap: Event[] = [];
  #order = 0;

  /** Runs something later; returns what cancels it. */
  after(ms: number, run: () => void): () => void {
    const event = { at: this.now + Math.max(0, ms), order: this.#order++, run, cancelled: false };
    push(this.#heap, event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Goes on until nothing is planned before `until`. */
  async run(until = Infinity): Promise<void> {
    for (;;) {
      // All that promises have to do now, in a turn of the real event loop.
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#heap[0];
      if (!next || next.at > until) break;
      pop(this.#heap);
      if (next.cancelled) continue;
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    if (until !== Infinity) this.now = Math.max(this.now, until);
  }
}

/** A clock that is off, and may jump. */
export class Clock {
  readonly #time: Time;
  off: number;

  constructor(time: Time, off: number) {
    this.#time = time;
    this.off = off;
  }

  now(): number {
    // Clocks tell whole milliseconds.
    return Math.floor(this.#time.now + this.off);
  }
}

const isBefore = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Event;
    if (!isBefore(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    const right = heap[child + 1];
    if (right && isBefore(right, heap[child] as Event)) child += 1;
    const below = heap[child];
    if (!below || !isBefore(below, last)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
}
