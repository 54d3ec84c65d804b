// Many isolates in a few locations, one KV as strict as production, one key, and too many requests.
// Time is moved by the caller's clock; everything random comes from the seed.
import { createStrictKv } from '@codex/cloudflare-clients/testing';

const STEP_MS = 5;

export const DEFAULTS = {
  isolates: 20,
  locations: ['paris', 'tokyo', 'oslo'],
  requestsPerSecond: 200,
  seconds: 600,
  config: { limit: 1_000, window: 60, keyPrefix: 'rl:' },
  /** How long each KV operation takes: other requests of the isolate go on meanwhile. */
  latencyMs: 20,
  seed: 1,
};

/**
 * Runs one limiter through it. `limiterOf(kv)` makes an isolate's; `clock.pass(ms)` moves `Date` and
 * `setTimeout`. Answers what happened, second by second, and every admission.
 */
export async function simulate(limiterOf, clock, options = {}) {
  const { isolates, locations, requestsPerSecond, seconds, config, latencyMs, seed } = {
    ...DEFAULTS,
    ...options,
  };
  const faults = latencyMs > 0 ? [{ kind: 'slow', ms: latencyMs }] : [];
  // A handle stands for an isolate here, which has many invocations.
  const kv = createStrictKv({ faults, operationsPerInvocation: Infinity });
  const crowd = Array.from({ length: isolates }, (_, i) => {
    const location = locations[i % locations.length];
    const handle = kv.at(location);
    return { location, handle, check: limiterOf(handle) };
  });
  const random = mulberry32(seed);
  const start = Date.now();
  const perSecond = [];
  const admissions = [];
  const errors = new Map();

  for (let second = 0; second < seconds; second++) {
    const tally = { admitted: 0, refused: 0, failed: 0 };
    const before = operations(crowd);
    let due = 0;
    for (let ms = 0; ms < 1_000; ms += STEP_MS) {
      for (due += (requestsPerSecond * STEP_MS) / 1_000; due >= 1; due--) {
        const isolate = Math.floor(random() * isolates);
        const at = Date.now() - start;
        // Answers are not waited for: requests overlap as they do in production.
        crowd[isolate].check('203.0.113.7', config).then(
          ({ allowed, resetAt }) => {
            tally[allowed ? 'admitted' : 'refused'] += 1;
            if (allowed) admissions.push({ at, isolate, resetAt: resetAt - start });
          },
          (error) => {
            tally.failed += 1;
            errors.set(error.message, (errors.get(error.message) ?? 0) + 1);
          },
        );
      }
      clock.pass(STEP_MS);
      await settled();
    }
    const after = operations(crowd);
    // The same object: answers that are still on their way are counted to the second that asked.
    perSecond.push(
      Object.assign(tally, {
        reads: after.reads - before.reads,
        writes: after.writes - before.writes,
        rateLimited: after.rateLimited - before.rateLimited,
      }),
    );
  }
  for (let ms = 0; ms < 1_000; ms += STEP_MS) {
    clock.pass(STEP_MS);
    await settled();
  }
  const perIsolate = crowd.map(({ location, handle }) => ({ location, ...handle.operations }));
  return { perSecond, perIsolate, admissions, errors };
}

/** The sum of a field over seconds. */
export const total = (seconds, field) => seconds.reduce((sum, second) => sum + second[field], 0);

function operations(crowd) {
  const all = crowd.map(({ handle }) => handle.operations);
  return {
    reads: total(all, 'reads'),
    writes: total(all, 'writes'),
    rateLimited: total(all, 'rateLimited'),
  };
}

// A turn of the real event loop: all that promises had to do has been done.
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The well-known 32-bit generator. */
export function mulberry32(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
