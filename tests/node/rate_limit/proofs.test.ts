// Twenty isolates in three places, 200 requests a second for one key, ten minutes of moved time.
import { RateLimiterClient } from '@codex/cloudflare-clients';
import type { StrictKv } from '@codex/cloudflare-clients/testing';
import { describe, expect, it, vi } from 'vitest';
import { plain } from '../../../bench/limiter/contestants.mjs';
import { DEFAULTS, simulate, total } from '../../../bench/limiter/simulate.mjs';
import { faulty } from '../../support/backend.js';
import { movedTime } from '../../support/time.js';

const { isolates, locations, seconds, config, latencyMs } = DEFAULTS;
const WINDOWS = seconds / config.window;

interface Admission {
  at: number;
  isolate: number;
  resetAt: number;
}

/** When an isolate tried to write, and when KV had taken it; ms since the simulation began. */
interface Writes {
  tried: number[];
  taken: number[];
}

const START = Date.UTC(2027, 0, 1);
const clock = { pass: (ms: number) => void vi.advanceTimersByTime(ms) };

// The same moment in every run: chance in the limiter comes from the clock.
movedTime(START);

async function simulated(options: object, flushes: boolean) {
  const writes: Writes[] = [];
  const result = await simulate(
    (kv: StrictKv) => {
      const mine: Writes = { tried: [], taken: [] };
      writes.push(mine);
      const recorded = faulty(kv, (operation, [key, value, put]) => {
        if (operation !== 'put') return undefined;
        mine.tried.push(Date.now() - START);
        const written = kv.put(key as string, value as string, put as object);
        return written.then(() => void mine.taken.push(Date.now() - START));
      });
      const limiter = new RateLimiterClient(recorded, flushes ? { waitUntil: () => {} } : {});
      return limiter.checkLimit.bind(limiter);
    },
    clock,
    options,
  );
  return { ...result, writes };
}

/**
 * The admissions of each window of each isolate. A new one ends a window later; the end of one may move a
 * little while isolates agree on the earliest.
 */
function windowsOf(admissions: Admission[], isolate: number): Admission[][] {
  const windows: Admission[][] = [];
  let end = 0;
  for (const admission of admissions) {
    if (admission.isolate !== isolate) continue;
    if (admission.resetAt > end + (config.window * 1_000) / 2) windows.push([]);
    end = admission.resetAt;
    windows.at(-1)?.push(admission);
  }
  return windows;
}

describe.each([
  { name: 'with waitUntil', flushes: true },
  { name: 'without waitUntil', flushes: false },
])('twenty isolates in three places, $name', ({ flushes }) => {
  it('keeps to its bounds for ten minutes, and nobody meets an error', async () => {
    const { perSecond, admissions, errors, writes } = await simulated({}, flushes);
    expect([...errors]).toEqual([]);
    expect(total(perSecond, 'admitted') + total(perSecond, 'refused')).toBe(200 * seconds);
    // The key takes a write a second, so most of what twenty isolates try is refused by KV.
    expect(total(perSecond, 'rateLimited')).toBeGreaterThan(0);
    // They take turns: 3,000 of 12,000 tries are refused at most, and beyond the limit of each place a window
    // admits what comes while they wait for their turns, 15 seconds on average.
    expect(total(perSecond, 'rateLimited')).toBeLessThan(3_000);
    const unavoidable = locations.length * config.limit;
    expect(total(perSecond, 'admitted')).toBeLessThan(WINDOWS * (unavoidable + 15 * 200));

    const byIsolate = Array.from({ length: isolates }, (_, i) => windowsOf(admissions, i));
    for (const [i, windows] of byIsolate.entries()) {
      // A window begins with a call, so ten minutes have ten of them at most.
      expect(windows.length).toBeLessThanOrEqual(WINDOWS);
      for (const window of windows) expect(window.length).toBeLessThanOrEqual(config.limit);
      const tried = writes[i]?.tried ?? [];
      const gaps = tried.slice(1).map((at, n) => at - (tried[n] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    }
    for (let window = 0; window < WINDOWS; window++) {
      for (const location of locations) {
        const here = byIsolate.flatMap((windows, i) =>
          locations[i % locations.length] === location ? [{ i, mine: windows[window] ?? [] }] : [],
        );
        const admitted = here.reduce((sum, { mine }) => sum + mine.length, 0);
        expect(admitted).toBeGreaterThanOrEqual(config.limit);
        expect(admitted).toBeLessThanOrEqual(config.limit + unseen(here, writes));
      }
    }
  });
});

/**
 * What the isolates of one place cannot know of each other when the last call is admitted there: what each
 * admitted since the last write of it that KV has taken, and that the others have had time to read. Not how
 * many isolates there are makes a place admit too much, but how long each waits for its turn to write.
 */
function unseen(here: { i: number; mine: Admission[] }[], writes: Writes[]): number {
  const last = Math.max(...here.flatMap(({ mine }) => mine.map(({ at }) => at)));
  // A key is read once a second (after a 429 up to two), by the next call: the calls are a second apart at worst.
  const seenBy = last - 2_000 - 1_000 - latencyMs;
  return here.reduce((sum, { i, mine }) => {
    // A write carries what was admitted until its own read had come back.
    const taken = writes[i]?.taken.findLast((at) => at <= seenBy) ?? 0;
    return sum + mine.filter(({ at }) => at > taken - 2 * latencyMs).length;
  }, 0);
}

it('is exact when there is one isolate', async () => {
  const { perSecond, admissions, errors, writes } = await simulated(
    { isolates: 1, locations: ['paris'], requestsPerSecond: 100 },
    true,
  );
  expect([...errors]).toEqual([]);
  expect(windowsOf(admissions, 0).map((window) => window.length)).toEqual(Array(WINDOWS).fill(config.limit));
  expect(total(perSecond, 'rateLimited')).toBe(0);
  // A window is filled in ten seconds, and full ones are not written again.
  expect(writes[0]?.taken.length).toBeLessThanOrEqual(12 * WINDOWS);
});

it('is not what plain code does on the same KV: that one fails for nearly all callers', async () => {
  const { perSecond, errors } = await simulate(plain, clock, { seconds: 60 });
  expect([...errors.keys()]).toEqual(['KV PUT failed: 429 Too Many Requests']);
  expect(total(perSecond, 'failed')).toBeGreaterThan(0.9 * 200 * 60);
});
