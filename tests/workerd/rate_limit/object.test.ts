import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { type ObjectHandle, type RateLimitConfig, RateLimiterClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { bucket, sliding } from '../../suites/rate_limit/exact.js';
import { five, limitsSuite } from '../../suites/rate_limit/limits.js';
import { code, unique } from '../../support/backend.js';
import { countedObjects, failure, intercepted } from '../../support/interception.js';
import { nothing, stored, stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { RATE_LIMIT_DO } = env as { RATE_LIMIT_DO: ObjectHandle };
const isolate = () => intercepted(RATE_LIMIT_DO);

limitsSuite({
  name: 'RateLimitDurableObject',
  isolate,
  counted: () => {
    const { objects, count } = countedObjects(RATE_LIMIT_DO);
    return { handle: objects, asked: () => Object.keys(count).length };
  },
  failing: (how) =>
    intercepted(RATE_LIMIT_DO, () =>
      how === 'down' ? Promise.reject(failure({ remote: true })) : new Promise(() => {}),
    ),
  unavailable: 'object_unavailable',
});

describe('RateLimiterClient on Durable Objects', () => {
  const clock = stoppedClock();

  it('is exact between isolates', async () => {
    const id = unique();
    const isolates = Array.from({ length: 10 }, () => new RateLimiterClient(isolate()));
    const calls = isolates.flatMap((limiter) =>
      Array.from({ length: 5 }, () => limiter.checkLimit(id, five)),
    );
    expect((await Promise.all(calls)).filter(({ allowed }) => allowed)).toHaveLength(5);
  });

  it('takes the binding itself', async () => {
    expect(await new RateLimiterClient(RATE_LIMIT_DO).checkLimit(unique(), five)).toMatchObject({
      remaining: 4,
    });
  });

  it('slides: never more than the limit in the length of a window', async () => {
    const limiter = new RateLimiterClient(isolate());
    const id = unique();
    await limiter.checkLimit(id, sliding);
    clock.at(59_000);
    for (let i = 3; i >= 0; i--) {
      expect(await limiter.checkLimit(id, sliding)).toMatchObject({ allowed: true, remaining: i });
    }
    // The first call leaves after a minute, the other four 59 seconds later.
    const refused = await limiter.checkLimit(id, sliding);
    expect(refused).toMatchObject({ allowed: false, retryAfterSeconds: 1, resetAt: clock.start + 119_000 });
    clock.at(60_000);
    expect(await limiter.checkLimit(id, sliding)).toMatchObject({ allowed: true, remaining: 0 });
    expect((await limiter.checkLimit(id, sliding)).allowed).toBe(false);
    clock.at(119_000);
    expect(await limiter.checkLimit(id, sliding)).toMatchObject({ allowed: true, remaining: 3 });
  });

  it('refills a bucket bit by bit', async () => {
    const limiter = new RateLimiterClient(isolate());
    const id = unique();
    expect(await limiter.checkLimit(id, bucket, { cost: 5 })).toMatchObject({
      allowed: true,
      remaining: 0,
      resetAt: clock.start + 60_000,
    });
    expect(await limiter.checkLimit(id, bucket)).toMatchObject({ allowed: false, retryAfterSeconds: 12 });
    clock.at(11_999);
    expect(await limiter.checkLimit(id, bucket)).toMatchObject({ allowed: false, retryAfterSeconds: 1 });
    clock.at(12_000);
    expect((await limiter.checkLimit(id, bucket)).allowed).toBe(true);
    expect((await limiter.checkLimit(id, bucket)).allowed).toBe(false);
  });

  it('gives back and takes more', async () => {
    for (const config of [five, sliding, bucket]) {
      const limiter = new RateLimiterClient(isolate());
      const id = unique();
      expect(await limiter.refund(id, config)).toMatchObject({ allowed: true, remaining: 5 });
      // Remembered for ten minutes: a copy that comes late must not give back what is used by then.
      expect((await stored(stubOf(RATE_LIMIT_DO, id))).alarm).toBe(Date.now() + 600_000);
      await limiter.checkLimit(id, config, { cost: 3 });
      expect(await limiter.refund(id, config, 2)).toMatchObject({ allowed: true, remaining: 4 });
      expect(await limiter.penalize(id, config, 4)).toMatchObject({ allowed: false, remaining: 0 });
      expect(await limiter.penalize(id, config, 5)).toMatchObject({ allowed: false, remaining: 0 });
      expect((await limiter.checkLimit(id, config)).allowed).toBe(false);
      expect(await limiter.refund(id, config, 5)).toMatchObject({ allowed: false, remaining: 0 });
      expect(await limiter.refund(id, config, 5)).toMatchObject({ allowed: true, remaining: 5 });
    }
  });

  it('takes and gives back more than there is: all of it', async () => {
    for (const config of [five, sliding, bucket]) {
      const limiter = new RateLimiterClient(isolate());
      const id = unique();
      for (const cost of [6, 500, Number.MAX_SAFE_INTEGER]) {
        const penalized = await limiter.penalize(id, config, cost);
        expect(penalized).toMatchObject({ allowed: false, remaining: 0 });
        // A bucket is at most one more bucket below empty.
        expect(penalized.resetAt).toBeLessThanOrEqual(Date.now() + 120_000);
        expect(await limiter.refund(id, config, Number.MAX_SAFE_INTEGER)).toMatchObject({
          allowed: true,
          remaining: 5,
        });
      }
      const none = { ...config, limit: 0 };
      const closed = { allowed: false, remaining: 0, limit: 0, retryAfterSeconds: 60 };
      expect(await limiter.penalize(id, none, 3)).toMatchObject(closed);
      expect(await limiter.refund(id, none, 9)).toMatchObject(closed);
    }
  });

  it('checks several limits of which one admits nothing: none is counted', async () => {
    const limiter = new RateLimiterClient(isolate());
    const id = unique();
    const [small, hour] = [
      { ...sliding, limit: 2 },
      { ...five, window: 3_600, keyPrefix: 'rl:hour:' },
    ];
    const all = [five, small, bucket];
    expect(await limiter.checkLimits(id, all, { cost: 3 })).toMatchObject({
      allowed: false,
      limit: 2,
      remaining: 2,
      retryAfterSeconds: 60,
    });
    for (const limit of all) expect(await limiter.peek(id, limit)).toMatchObject({ remaining: limit.limit });
    // The refusal that lasts longest.
    await limiter.checkLimit(id, hour, { cost: 5 });
    expect(await limiter.checkLimits(id, [small, hour], { cost: 3 })).toMatchObject({
      limit: 5,
      retryAfterSeconds: 3_600,
    });
  });

  it('keeps a bucket’s word at its largest: each token once, and the next when it is there', async () => {
    const limiter = new RateLimiterClient(isolate(), { localBlock: false });
    const id = unique();
    const limit = Number.MAX_SAFE_INTEGER;
    const largest = { limit, window: 2_678_400, keyPrefix: 'rl:', algorithm: 'token-bucket' } as const;
    expect(await limiter.checkLimit(id, largest, { cost: limit - 3 })).toMatchObject({ remaining: 3 });
    expect(await limiter.checkLimit(id, largest, { cost: 2 })).toMatchObject({ remaining: 1 });
    expect(await limiter.checkLimit(id, largest)).toMatchObject({ allowed: true, remaining: 0 });
    const { allowed, resetAt } = await limiter.checkLimit(id, largest);
    expect([allowed, resetAt]).toEqual([false, clock.start + 2_678_400_000]);
    clock.at(1);
    // 2^53 - 1 in 2,678,400,000 ms: so many in one, rounded down.
    const inOne = Number(BigInt(limit) / 2_678_400_000n);
    expect(await limiter.peek(id, largest)).toMatchObject({ remaining: inOne });
    expect((await limiter.checkLimit(id, largest, { cost: inOne + 1 })).allowed).toBe(false);
    expect(await limiter.checkLimit(id, largest, { cost: inOne })).toMatchObject({
      allowed: true,
      remaining: 0,
    });
  });

  it('checks several limits: all are counted, or none; the strictest is answered', async () => {
    const limiter = new RateLimiterClient(isolate());
    const id = unique();
    const all = [{ ...sliding, limit: 9 }, five, { ...bucket, limit: 7 }];
    for (let i = 4; i >= 0; i--) {
      expect(await limiter.checkLimits(id, all)).toMatchObject({ allowed: true, remaining: i, limit: 5 });
    }
    expect(await limiter.checkLimits(id, all)).toMatchObject({
      allowed: false,
      limit: 5,
      retryAfterSeconds: 60,
    });
    expect(await limiter.peek(id, all[0] as RateLimitConfig)).toMatchObject({ remaining: 4 });
    expect(await limiter.peek(id, all[2] as RateLimitConfig)).toMatchObject({ remaining: 2 });
    // Two refusals: the one that lasts longer.
    await limiter.penalize(id, all[0] as RateLimitConfig, 9);
    clock.at(50_000);
    expect(await limiter.checkLimits(id, [five, all[0] as RateLimitConfig])).toMatchObject({
      allowed: false,
    });
    const results = Array.from({ length: 50 }, () =>
      limiter.checkLimits('crowd', [five, sliding], { cost: 2 }),
    );
    expect((await Promise.all(results)).filter(({ allowed }) => allowed)).toHaveLength(2);
  });

  it('refuses several limits that make no sense', async () => {
    const limiter = new RateLimiterClient(isolate());
    const many = Array.from({ length: 17 }, (_, i) => ({ ...five, keyPrefix: `rl:${i}:` }));
    const cases = [[], [five, { ...five, limit: 9 }], many, [five, null], 'five', [{ ...five, limit: -1 }]];
    for (const configs of cases) {
      expect(await code(limiter.checkLimits('a', configs as never))).toBe('invalid_limit');
    }
    expect(await code(limiter.checkLimits('a', [five, bucket], { cost: 0 }))).toBe('invalid_limit');
    expect(await code(limiter.refund('a', five, 0))).toBe('invalid_limit');
    expect(await code(limiter.penalize('a', five, 1.5))).toBe('invalid_limit');
    expect(await limiter.checkLimits(unique(), many.slice(1))).toMatchObject({ allowed: true });
  });

  it('takes over what was used when a limit changes its numbers or its algorithm', async () => {
    const id = unique();
    const limiter = new RateLimiterClient(isolate());
    await limiter.checkLimit(id, five, { cost: 4 });
    for (const algorithm of ['sliding-window', 'token-bucket', 'fixed-window'] as const) {
      expect(await limiter.peek(id, { ...five, algorithm })).toMatchObject({ remaining: 1 });
      expect(await limiter.peek(id, { ...five, limit: 20, algorithm })).toMatchObject({ remaining: 16 });
      expect(await limiter.peek(id, { ...five, limit: 3, algorithm })).toMatchObject({ allowed: false });
    }
    await limiter.checkLimit(id, { ...five, algorithm: 'token-bucket' });
    expect(await limiter.peek(id, five)).toMatchObject({ allowed: false, resetAt: clock.start + 60_000 });
  });

  it('keeps a window within the configuration of today', async () => {
    const id = unique();
    const hour = { ...five, window: 3_600 };
    const limiter = new RateLimiterClient(isolate());
    for (let i = 0; i < 5; i++) await limiter.checkLimit(id, hour);
    expect(await limiter.checkLimit(id, five)).toMatchObject({
      allowed: false,
      resetAt: clock.start + 60_000,
    });
    clock.at(60_000);
    expect((await limiter.checkLimit(id, five)).allowed).toBe(true);
  });

  it('counts each prefix apart, and resets it alone', async () => {
    const limiter = new RateLimiterClient(isolate());
    const id = unique();
    await limiter.checkLimit(id, five);
    await limiter.checkLimit(id, sliding);
    await limiter.reset(id, five.keyPrefix);
    expect(await limiter.peek(id, five)).toMatchObject({ remaining: 5 });
    expect(await limiter.peek(id, sliding)).toMatchObject({ remaining: 4 });
    await limiter.reset(id, sliding.keyPrefix);
    await limiter.reset(id, sliding.keyPrefix);
    expect(await limiter.peek(id, sliding)).toMatchObject({ remaining: 5 });
    clock.at(600_000);
    await runDurableObjectAlarm(stubOf(RATE_LIMIT_DO, id));
    expect(await stored(stubOf(RATE_LIMIT_DO, id))).toEqual(nothing);
  });

  it('survives a clock that goes back', async () => {
    for (const config of [five, sliding, bucket]) {
      const limiter = new RateLimiterClient(isolate(), { localBlock: false });
      const id = unique();
      clock.at(3_600_000);
      await limiter.checkLimit(id, config, { cost: 5 });
      clock.at(0);
      const refused = await limiter.checkLimit(id, config);
      expect(refused.allowed).toBe(false);
      expect(refused.retryAfterSeconds).toBeLessThanOrEqual(60);
      clock.at(60_000);
      expect((await limiter.checkLimit(id, config)).allowed).toBe(true);
    }
  });
});
