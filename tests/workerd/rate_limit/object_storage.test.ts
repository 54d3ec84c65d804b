import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { type ObjectHandle, RateLimiterClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { bucket, sliding } from '../../suites/rate_limit/exact.js';
import { five } from '../../suites/rate_limit/limits.js';
import { unique } from '../../support/backend.js';
import { intercepted } from '../../support/interception.js';
import { nothing, stateOf, stored, stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { RATE_LIMIT_DO } = env as { RATE_LIMIT_DO: ObjectHandle };
const isolate = () => intercepted(RATE_LIMIT_DO);
const prefixesIn = async (stub: object) =>
  new TextDecoder('latin1').decode(await stateOf(stub)).match(/rl:\w+:/g);

describe('RateLimitDurableObject', () => {
  const clock = stoppedClock();

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

  describe('in storage', () => {
    it('keeps nothing of who was only looked at', async () => {
      const id = unique();
      await new RateLimiterClient(isolate()).peek(id, five);
      expect(await stored(stubOf(RATE_LIMIT_DO, id))).toEqual(nothing);
    });

    it('keeps what was used under each prefix until its window ends, then nothing', async () => {
      const limiter = new RateLimiterClient(isolate());
      const id = unique();
      const stub = stubOf(RATE_LIMIT_DO, id);
      for (let i = 0; i < 6; i++) await limiter.checkLimit(id, five);
      expect((await stored(stub)).alarm).toBe(clock.start + 60_000);
      clock.at(30_000);
      await limiter.checkLimits(id, [sliding, bucket]);
      expect(await prefixesIn(stub)).toEqual(['rl:five:', 'rl:sliding:', 'rl:bucket:']);
      expect((await stored(stub)).alarm).toBe(clock.start + 60_000);
      // Whoever writes forgets what has ended.
      clock.at(50_000);
      await limiter.checkLimit(id, sliding);
      expect(await prefixesIn(stub)).toEqual(['rl:five:', 'rl:sliding:']);
      clock.at(60_000);
      await runDurableObjectAlarm(stub);
      expect(await prefixesIn(stub)).toEqual(['rl:sliding:']);
      expect((await stored(stub)).alarm).toBe(clock.start + 110_000);
      clock.at(110_000);
      await runDurableObjectAlarm(stub);
      expect(await stored(stub)).toEqual(nothing);
      expect(await limiter.checkLimit(id, five)).toMatchObject({ remaining: 4 });
    });

    it('keeps a bounded log and its last checks, however many calls it counts', async () => {
      const limiter = new RateLimiterClient(isolate());
      const many = { ...sliding, limit: 1_000 };
      const id = unique();
      const size = async () => (await stored(stubOf(RATE_LIMIT_DO, id))).values;
      for (let i = 0; i < 600; i++) {
        clock.at(i * 10);
        await limiter.checkLimit(id, many);
      }
      expect((await limiter.peek(id, many)).remaining).toBe(400);
      expect(await size()).toEqual({ state: expect.toSatisfy((bytes) => bytes < 150 * 7 + 66 * 16 + 100) });
      // A copy of a check is accepted for ten seconds.
      clock.at(30_000);
      expect(await limiter.checkLimit(id, many)).toMatchObject({ remaining: 399 });
      expect(await size()).toEqual({ state: expect.toSatisfy((bytes) => bytes < 66 * 16 + 100) });
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
