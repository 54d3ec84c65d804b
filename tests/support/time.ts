import { afterEach, beforeEach, vi } from 'vitest';

/** Each test of the file has time that only the test moves: `Date` and timers, no real waiting. */
export function movedTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

// A turn of the event loop, which is not faked: all that promises had to do has been done.
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Moves time in steps, between which promises go on. */
export async function pass(ms: number, step = ms): Promise<void> {
  await settled();
  for (let passed = 0; passed < ms; passed += step) {
    vi.advanceTimersByTime(Math.min(step, ms - passed));
    await settled();
  }
}

/** Whole numbers from 0 up to `below`, always the same for a seed. */
export type Random = (below: number) => number;

/** The well-known 32-bit generator. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
