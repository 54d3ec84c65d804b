import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { type ObjectHandle, type RateLimitConfig, RateLimiterClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { bucket, sliding } from '../../suites/rate_limit/exact.js';
import { five, limitsSuite } from '../../suites/rate_limit/limits.js';
import { code, unique } from '../../support/backend.js';
import { countedObjects, failure, intercepted } from '../../support/interception.js';
import { nothing, rows, stored, stubOf } from '../../support/stored.js';
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
    const cases = [[], [five, { ...five, limit: 9 }], many, [five, null], 'five', [{ ...five, limit: 0 }]];
    for (const configs of cases) {
      expect(await code(limiter.checkLimits('a', configs as never))).toBe('invalid_limit');
    }
    expect(await code(limiter.checkLimits('a', [five, bucket], { cost: 6 }))).toBe('invalid_limit');
    expect(await code(limiter.refund('a', five, 0))).toBe('invalid_limit');
    expect(await code(limiter.penalize('a', five, 6))).toBe('invalid_limit');
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

  it('a refund or a reset of nothing begins no window', async () => {
    for (const begin of ['refund', 'reset'] as const) {
      const id = unique();
      const limiter = new RateLimiterClient(isolate());
      clock.at(0);
      await (begin === 'refund' ? limiter.refund(id, five) : limiter.reset(id, five.keyPrefix));
      clock.at(10_000);
      await limiter.checkLimit(id, five, { cost: 5 });
      // A minute after the refund, and not after the first check.
      clock.at(60_000);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(false);
      clock.at(70_000);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(true);
    }
  });

  it('a refund, a penalty or a reset that comes again changes nothing', async () => {
    const id = unique();
    const limiter = new RateLimiterClient(isolate());
    const object = stubOf(RATE_LIMIT_DO, id) as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >;
    const sent = Date.now();
    await object.reset?.(five.keyPrefix, 1, sent);
    await limiter.checkLimit(id, five, { cost: 5 });
    await object.reset?.(five.keyPrefix, 1, sent);
    expect(await limiter.peek(id, five)).toMatchObject({ remaining: 0 });
    await object.refund?.(five, 2, 2, sent);
    await object.refund?.(five, 2, 2, sent);
    expect(await limiter.peek(id, five)).toMatchObject({ remaining: 2 });
    await object.penalize?.(five, 1, 3, sent);
    await object.penalize?.(five, 1, 3, sent);
    expect(await limiter.peek(id, five)).toMatchObject({ remaining: 1 });
  });

  it('a check that comes more than ten seconds late is not counted', async () => {
    const id = unique();
    const object = stubOf(RATE_LIMIT_DO, id) as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >;
    const late = await object.check?.([five], 1, 1, Date.now() - 10_001);
    expect(late).toMatchObject({ ok: false, code: 'timeout', at: Date.now() });
    expect(await stored(stubOf(RATE_LIMIT_DO, id))).toEqual(nothing);
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

  describe('in storage', () => {
    it('keeps nothing of who was only looked at', async () => {
      const id = unique();
      await new RateLimiterClient(isolate()).peek(id, five);
      expect(await stored(stubOf(RATE_LIMIT_DO, id))).toEqual(nothing);
    });

    it('keeps one row for each prefix until its window ends, then nothing', async () => {
      const limiter = new RateLimiterClient(isolate());
      const id = unique();
      const stub = stubOf(RATE_LIMIT_DO, id);
      for (let i = 0; i < 6; i++) await limiter.checkLimit(id, five);
      clock.at(30_000);
      await limiter.checkLimits(id, [sliding, bucket]);
      expect(await rows(stub, 'SELECT prefix FROM limits ORDER BY prefix')).toEqual([
        ['rl:bucket:'],
        ['rl:five:'],
        ['rl:sliding:'],
      ]);
      expect((await stored(stub)).alarm).toBe(clock.start + 50_000);
      clock.at(50_000);
      await runDurableObjectAlarm(stub);
      expect((await stored(stub)).alarm).toBe(clock.start + 60_000);
      clock.at(60_000);
      await runDurableObjectAlarm(stub);
      expect(await rows(stub, 'SELECT prefix FROM limits')).toEqual([['rl:sliding:']]);
      expect((await stored(stub)).alarm).toBe(clock.start + 90_000);
      clock.at(90_000);
      await runDurableObjectAlarm(stub);
      expect(await stored(stub)).toEqual(nothing);
      expect(await limiter.checkLimit(id, five)).toMatchObject({ remaining: 4 });
    });

    it('keeps a bounded log, however many calls it counts', async () => {
      const limiter = new RateLimiterClient(isolate());
      const many = { ...sliding, limit: 1_000 };
      const id = unique();
      for (let i = 0; i < 200; i++) {
        clock.at(i * 10);
        await limiter.checkLimit(id, many);
      }
      expect((await limiter.peek(id, many)).remaining).toBe(800);
      const [row] = await rows(stubOf(RATE_LIMIT_DO, id), 'SELECT hits FROM limits');
      expect(String(row?.[0]).split(';').length).toBeLessThanOrEqual(66);
    });

    it('goes on after an eviction', async () => {
      const limiter = new RateLimiterClient(isolate());
      const id = unique();
      for (const config of [five, sliding, bucket]) {
        await limiter.checkLimit(id, config, { cost: 2 });
        await evictDurableObject(stubOf(RATE_LIMIT_DO, id));
        expect(await limiter.checkLimit(id, config)).toMatchObject({ allowed: true, remaining: 2 });
      }
    });
  });
});
