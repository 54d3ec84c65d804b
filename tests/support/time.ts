// Time that only the test moves.
import { createStrictKv, type StrictKv, type StrictKvOptions } from '@codex/cloudflare-clients/testing';
import { afterEach, beforeEach, onTestFinished, vi } from 'vitest';

/** `Date` alone: calls and timers go on as they do. */
export interface StoppedClock {
  /** When the test began. */
  readonly start: number;
  /** Sets the clock to so many ms after the start. */
  at(ms: number): void;
  pass(ms: number): void;
}

function clockFrom(start: () => number): StoppedClock {
  return {
    get start() {
      return start();
    },
    at: (ms) => void vi.setSystemTime(start() + ms),
    pass: (ms) => void vi.setSystemTime(Date.now() + ms),
  };
}

/** Stops the clock until the end of the test. */
export function stopClock(now = Date.now()): StoppedClock {
  vi.useFakeTimers({ toFake: ['Date'], now });
  onTestFinished(() => void vi.useRealTimers());
  return clockFrom(() => now);
}

/** Stops the clock for each test of the file, or of the `describe`. */
export function stoppedClock(now?: number): StoppedClock {
  let start = 0;
  beforeEach(() => {
    start = now ?? Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: start });
  });
  afterEach(() => void vi.useRealTimers());
  return clockFrom(() => start);
}

// Taken before anything is faked.
const nextTurn: (resolve: () => void) => unknown =
  typeof setImmediate === 'function' ? setImmediate : setTimeout;

/** A turn of the event loop: all that promises had to do has been done. */
export const settled = () => new Promise<void>((resolve) => void nextTurn(resolve));

const fakeTime = (now = Date.now()) =>
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now });

/** `Date` and timers stand still until the end of the test, but for {@link pass}: no real waiting. */
export function moveTime(): void {
  fakeTime();
  onTestFinished(() => void vi.useRealTimers());
}

/** The same for each test of the file. */
export function movedTime(now?: number): void {
  beforeEach(() => void fakeTime(now));
  afterEach(() => void vi.useRealTimers());
}

/** Moves time in steps, between which promises go on. */
export async function pass(ms: number, step = ms): Promise<void> {
  await settled();
  for (let passed = 0; passed < ms; passed += step) {
    vi.advanceTimersByTime(Math.min(step, ms - passed));
    await settled();
  }
}

/** Moves time on until a call has ended, but not while it is `busy` with what no clock of ours moves. */
export async function ended<T>(call: Promise<T>, step: number, busy = () => false): Promise<T> {
  let open = true;
  const over = () => {
    open = false;
  };
  call.then(over, over);
  await settled();
  while (open) {
    if (!busy()) vi.advanceTimersByTime(step);
    await settled();
  }
  return call;
}

/** A strict KV with a clock of its own. */
export function clocked(options: StrictKvOptions = {}): { kv: StrictKv; pass(ms: number): void } {
  let now = Date.UTC(2031, 4, 6, 7, 8, 9, 500);
  return {
    kv: createStrictKv({ now: () => now, ...options }),
    pass: (ms) => {
      now += ms;
    },
  };
}
