import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { type ObjectHandle, type RateLimitConfig, RateLimiterClient } from '@codex/cloudflare-clients';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { code, listening, unique } from '../suites/backend.js';
import { five, limitsSuite } from '../suites/limits.js';
import { countedObjects, failure, tapped } from '../suites/objects.js';
import { nothing, rows, stored, stubOf } from './stored.js';

const { RATE_LIMIT_DO } = env as { RATE_LIMIT_DO: ObjectHandle };
const isolate = () => tapped(RATE_LIMIT_DO, (call) => call());

limitsSuite({
  name: 'RateLimitDurableObject',
  isolate,
  counted: () => {
    const { objects, count } = countedObjects(RATE_LIMIT_DO);
    return { handle: objects, asked: () => Object.keys(count).length };
  },
  failing: (how) =>
    tapped(RATE_LIMIT_DO, () =>
      how === 'down' ? Promise.reject(failure({ remote: true })) : new Promise(() => {}),
    ),
  unavailable: 'object_unavailable',
});

const sliding: RateLimitConfig = { ...five, keyPrefix: 'rl:sliding:', algorithm: 'sliding-window' };
const bucket: RateLimitConfig = { ...five, keyPrefix: 'rl:bucket:', algorithm: 'token-bucket' };

describe('RateLimiterClient on Durable Objects', () => {
  let start = 0;
  const at = (ms: number) => vi.setSystemTime(start + ms);
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    start = Date.now();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

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
    at(59_000);
    for (let i = 3; i >= 0; i--) {
      expect(await limiter.checkLimit(id, sliding)).toMatchObject({ allowed: true, remaining: i });
    }
    // The first call leaves after a minute, the other four 59 seconds later.
    const refused = await limiter.checkLimit(id, sliding);
    expect(refused).toMatchObject({ allowed: false, retryAfterSeconds: 1, resetAt: start + 119_000 });
    at(60_000);
    expect(await limiter.checkLimit(id, sliding)).toMatchObject({ allowed: true, remaining: 0 });
    expect((await limiter.checkLimit(id, sliding)).allowed).toBe(false);
    at(119_000);
    expect(await limiter.checkLimit(id, sliding)).toMatchObject({ allowed: true, remaining: 3 });
  });

  it('refills a bucket bit by bit', async () => {
    const limiter = new RateLimiterClient(isolate());
    const id = unique();
    expect(await limiter.checkLimit(id, bucket, { cost: 5 })).toMatchObject({
      allowed: true,
      remaining: 0,
      resetAt: start + 60_000,
    });
    expect(await limiter.checkLimit(id, bucket)).toMatchObject({ allowed: false, retryAfterSeconds: 12 });
    at(11_999);
    expect(await limiter.checkLimit(id, bucket)).toMatchObject({ allowed: false, retryAfterSeconds: 1 });
    at(12_000);
    expect((await limiter.checkLimit(id, bucket)).allowed).toBe(true);
    expect((await limiter.checkLimit(id, bucket)).allowed).toBe(false);
  });

  it('gives back and takes more', async () => {
    for (const config of [five, sliding, bucket]) {
      const limiter = new RateLimiterClient(isolate());
      const id = unique();
      expect(await limiter.refund(id, config)).toMatchObject({ allowed: true, remaining: 5 });
      expect(await stored(stubOf(RATE_LIMIT_DO, id))).toEqual(nothing);
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
    at(50_000);
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
    expect(await limiter.peek(id, five)).toMatchObject({ allowed: false, resetAt: start + 60_000 });
  });

  it('keeps a window within the configuration of today', async () => {
    const id = unique();
    const hour = { ...five, window: 3_600 };
    const limiter = new RateLimiterClient(isolate());
    for (let i = 0; i < 5; i++) await limiter.checkLimit(id, hour);
    expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: false, resetAt: start + 60_000 });
    at(60_000);
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
    expect(await stored(stubOf(RATE_LIMIT_DO, id))).toEqual(nothing);
    await limiter.reset(id, sliding.keyPrefix);
    expect(await stored(stubOf(RATE_LIMIT_DO, id))).toEqual(nothing);
  });

  it('survives a clock that goes back', async () => {
    for (const config of [five, sliding, bucket]) {
      const limiter = new RateLimiterClient(isolate(), { localBlock: false });
      const id = unique();
      at(3_600_000);
      await limiter.checkLimit(id, config, { cost: 5 });
      at(0);
      const refused = await limiter.checkLimit(id, config);
      expect(refused.allowed).toBe(false);
      expect(refused.retryAfterSeconds).toBeLessThanOrEqual(60);
      at(60_000);
      expect((await limiter.checkLimit(id, config)).allowed).toBe(true);
    }
  });

  // Plain models that keep everything: for each algorithm what was used when.
  it('does what plain models say, whoever calls and whenever', async () => {
    const step = fc.record({
      what: fc.constantFrom('check', 'check', 'check', 'refund', 'penalize', 'reset', 'evict', 'alarm'),
      cost: fc.integer({ min: 1, max: 5 }),
      wait: fc.oneof(fc.constant(0), fc.nat(20_000), fc.nat(90_000)),
    });
    for (const config of [five, sliding, bucket]) {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          const id = unique();
          const stub = stubOf(RATE_LIMIT_DO, id);
          const limiter = new RateLimiterClient(isolate());
          const model = modelOf(config);
          let now = 0;
          for (const { what, cost, wait } of steps) {
            now += wait;
            at(now);
            model.at(now);
            if (what === 'check') {
              const result = await limiter.checkLimit(id, config, { cost });
              expect(result.allowed).toBe(model.used() + cost <= 5);
              if (result.allowed) model.take(cost);
            } else if (what === 'refund') {
              model.giveBack(cost);
              await limiter.refund(id, config, cost);
            } else if (what === 'penalize') {
              model.take(cost);
              await limiter.penalize(id, config, cost);
            } else if (what === 'reset') {
              model.reset();
              await limiter.reset(id, config.keyPrefix);
            } else if (what === 'evict') {
              await evictDurableObject(stub).catch(() => {});
            } else {
              await runDurableObjectAlarm(stub);
            }
            const { remaining } = await limiter.peek(id, config);
            expect(remaining).toBe(Math.max(0, Math.floor(5 - model.used())));
          }
        }),
        { numRuns: 25 },
      );
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
      at(30_000);
      await limiter.checkLimits(id, [sliding, bucket]);
      expect(await rows(stub, 'SELECT prefix FROM limits ORDER BY prefix')).toEqual([
        ['rl:bucket:'],
        ['rl:five:'],
        ['rl:sliding:'],
      ]);
      expect((await stored(stub)).alarm).toBe(start + 42_000);
      at(42_000);
      await runDurableObjectAlarm(stub);
      expect((await stored(stub)).alarm).toBe(start + 60_000);
      at(60_000);
      await runDurableObjectAlarm(stub);
      expect(await rows(stub, 'SELECT prefix FROM limits')).toEqual([['rl:sliding:']]);
      expect((await stored(stub)).alarm).toBe(start + 90_000);
      at(90_000);
      await runDurableObjectAlarm(stub);
      expect(await stored(stub)).toEqual(nothing);
      expect(await limiter.checkLimit(id, five)).toMatchObject({ remaining: 4 });
    });

    it('keeps a bounded log, however many calls it counts', async () => {
      const limiter = new RateLimiterClient(isolate());
      const many = { ...sliding, limit: 1_000 };
      const id = unique();
      for (let i = 0; i < 200; i++) {
        at(i * 10);
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

  describe('when calls fail', () => {
    it('makes them again, and counts those whose reply was lost once', async () => {
      for (const lost of [1, 2, 3]) {
        let failures = 0;
        const { events, onEvent } = listening();
        const objects = tapped(RATE_LIMIT_DO, async (go) => {
          if (failures === lost) return go();
          failures += 1;
          if (failures % 2) await go();
          throw failure({ retryable: true, remote: true });
        });
        const limiter = new RateLimiterClient(objects, { onEvent });
        const id = unique();
        expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: true, remaining: 4 });
        failures = 0;
        expect(await limiter.checkLimits(id, [five, sliding])).toMatchObject({ remaining: 3 });
        failures = 0;
        expect(await limiter.penalize(id, five)).toMatchObject({ remaining: 2 });
        failures = 0;
        expect(await limiter.refund(id, five, 2)).toMatchObject({ remaining: 4 });
        expect(events).toContainEqual(expect.objectContaining({ note: 'retried' }));
      }
    });

    it('asks four times at most, and never who is overloaded', async () => {
      for (const [flags, asked, expected] of [
        [{ retryable: true }, 4, 'object_unavailable'],
        [{ overloaded: true, retryable: true }, 1, 'object_overloaded'],
        [{ remote: true }, 1, 'object_unavailable'],
        [{}, 1, 'object_unavailable'],
      ] as const) {
        let calls = 0;
        const objects = tapped(RATE_LIMIT_DO, () => {
          calls += 1;
          return Promise.reject(failure(flags));
        });
        expect(await code(new RateLimiterClient(objects).checkLimit('a', five))).toBe(expected);
        expect(calls).toBe(asked);
      }
    });

    it('lets onUnavailable decide on what failed, and not on what was wrong', async () => {
      const { events, onEvent } = listening();
      const objects = tapped(RATE_LIMIT_DO, () => Promise.reject(failure({ overloaded: true })));
      const limiter = new RateLimiterClient(objects, { onUnavailable: 'allow', onEvent });
      expect(await limiter.checkLimits('a', [five, { ...sliding, limit: 3 }])).toEqual({
        allowed: true,
        remaining: 2,
        limit: 3,
        resetAt: start + 60_000,
        retryAfterSeconds: 0,
        degraded: true,
      });
      expect(events).toContainEqual(
        expect.objectContaining({ note: 'object_failed', code: 'object_overloaded' }),
      );
      expect(await code(limiter.refund('a', five))).toBe('object_overloaded');
      expect(await code(limiter.reset('a', five.keyPrefix))).toBe('object_overloaded');
      for (const answer of [undefined, null, 7, {}, { ok: true }, { ok: true, value: { allowed: true } }]) {
        const wrong = tapped(RATE_LIMIT_DO, async () => answer);
        const call = new RateLimiterClient(wrong, { onUnavailable: 'allow' }).checkLimit('a', five);
        expect(await code(call)).toBe('misconfigured');
      }
    });
  });

  describe('localBlock', () => {
    const make = (options?: { localBlock?: boolean }) => {
      const { objects, count } = countedObjects(RATE_LIMIT_DO);
      return { limiter: new RateLimiterClient(objects, options), objects, count, id: unique() };
    };

    it('refuses who was refused without a call, until such a call would be admitted', async () => {
      for (const [config, until] of [
        [five, 60_000],
        [sliding, 60_000],
        [bucket, 12_000],
      ] as const) {
        at(0);
        const { limiter, objects, count, id } = make();
        await limiter.checkLimit(id, config, { cost: 5 });
        const refused = await limiter.checkLimit(id, config);
        expect(count).toEqual({ check: 2 });
        expect(await limiter.checkLimit(id, config)).toEqual(refused);
        at(until - 1);
        // Per handle: every client of the same binding knows.
        expect(await new RateLimiterClient(objects).checkLimit(id, config)).toMatchObject({
          allowed: false,
          retryAfterSeconds: 1,
        });
        expect(await limiter.checkLimits(id, [config])).toMatchObject({ allowed: false });
        expect(count).toEqual({ check: 2 });
        at(until);
        expect((await limiter.checkLimit(id, config)).allowed).toBe(true);
        expect(count).toEqual({ check: 3 });
      }
    });

    it('says nothing about smaller costs, other limits, prefixes, identifiers and handles', async () => {
      const { limiter, count, id } = make();
      await limiter.checkLimit(id, five, { cost: 3 });
      expect((await limiter.checkLimit(id, five, { cost: 4 })).allowed).toBe(false);
      expect((await limiter.checkLimit(id, five, { cost: 5 })).allowed).toBe(false);
      expect(count).toEqual({ check: 2 });
      expect((await limiter.checkLimit(id, five, { cost: 2 })).allowed).toBe(true);
      expect((await limiter.checkLimit(id, { ...five, limit: 9 }, { cost: 4 })).allowed).toBe(true);
      expect((await limiter.checkLimit(id, sliding, { cost: 4 })).allowed).toBe(true);
      expect((await limiter.checkLimit(unique(), five, { cost: 4 })).allowed).toBe(true);
      expect(count).toEqual({ check: 6 });
    });

    it('is over after a refund or a reset in the same isolate, and asks the object when peeking', async () => {
      const { limiter, count, id } = make();
      const exhaust = async () => {
        await limiter.checkLimit(id, five, { cost: 5 });
        expect((await limiter.checkLimit(id, five)).allowed).toBe(false);
      };
      await exhaust();
      await limiter.refund(id, five);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(true);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(false);
      await limiter.reset(id, five.keyPrefix);
      await exhaust();
      // Somebody else's reset is not seen, but by a look.
      await new RateLimiterClient(isolate()).reset(id, five.keyPrefix);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(false);
      expect(await limiter.peek(id, five)).toMatchObject({ allowed: true, remaining: 5 });
      expect((await limiter.checkLimit(id, five)).allowed).toBe(true);
      expect(count.peek).toBe(1);
    });

    it('does not outlive a refund that was under way', async () => {
      const { promise: replied, resolve: reply } = Promise.withResolvers<void>();
      const objects = tapped(RATE_LIMIT_DO, async (go, method) => {
        const answer = await go();
        if (method === 'check') await replied;
        return answer;
      });
      const id = unique();
      await new RateLimiterClient(isolate()).checkLimit(id, five, { cost: 5 });
      const limiter = new RateLimiterClient(objects);
      const late = limiter.checkLimit(id, five);
      await limiter.refund(id, five);
      reply();
      await late;
      expect((await limiter.checkLimit(id, five)).allowed).toBe(true);
    });

    it('does not outlive a refund that came after it', async () => {
      const { promise: refused, resolve: goOn } = Promise.withResolvers<void>();
      const objects = tapped(RATE_LIMIT_DO, async (go, method) => {
        if (method === 'refund') await refused;
        return go();
      });
      const limiter = new RateLimiterClient(objects);
      const id = unique();
      await limiter.checkLimit(id, five, { cost: 5 });
      const refund = limiter.refund(id, five);
      expect((await limiter.checkLimit(id, five)).allowed).toBe(false);
      goOn();
      await refund;
      expect((await limiter.checkLimit(id, five)).allowed).toBe(true);
    });

    it('can be switched off, and tells of itself', async () => {
      const off = make({ localBlock: false });
      await off.limiter.checkLimit(off.id, five, { cost: 5 });
      for (let i = 0; i < 3; i++) await off.limiter.checkLimit(off.id, five);
      expect(off.count).toEqual({ check: 4 });
      const { events, onEvent } = listening();
      const limiter = new RateLimiterClient(isolate(), { onEvent });
      await limiter.checkLimit(off.id, five);
      await limiter.checkLimit(off.id, five);
      expect(events.filter(({ note }) => note === 'blocked')).toHaveLength(1);
    });

    it('remembers nothing that onUnavailable decided', async () => {
      let down = true;
      const objects = tapped(RATE_LIMIT_DO, (go) => (down ? Promise.reject(failure({})) : go()));
      const limiter = new RateLimiterClient(objects, { onUnavailable: 'deny' });
      const id = unique();
      expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: false, degraded: true });
      down = false;
      expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: true });
    });
  });
});

/** A limit of 5 a minute, as one would write it who has all the memory in the world. */
function modelOf({ algorithm }: RateLimitConfig) {
  let now = 0;
  let calls: { at: number; cost: number }[] = [];
  let resetAt = 0;
  // Units of a token: 60,000; a ms brings back 5.
  let missing = 0;
  const used = () => calls.reduce((sum, { cost }) => sum + cost, 0);
  if (algorithm === 'token-bucket') {
    return {
      at: (ms: number) => {
        missing = Math.max(0, missing - (ms - now) * 5);
        now = ms;
      },
      used: () => missing / 60_000,
      take: (cost: number) => void (missing = Math.min(600_000, missing + cost * 60_000)),
      giveBack: (cost: number) => void (missing = Math.max(0, missing - cost * 60_000)),
      reset: () => void (missing = 0),
    };
  }
  return {
    at: (ms: number) => {
      now = ms;
      const ended = ({ at }: { at: number }) => (algorithm ? at + 60_000 > now : now < resetAt);
      calls = calls.filter(ended);
    },
    used,
    take: (cost: number) => {
      if (now >= resetAt) resetAt = now + 60_000;
      calls.push({ at: now, cost });
    },
    giveBack: (cost: number) => {
      for (let left = cost; left > 0 && calls.length; ) {
        const last = calls.pop() as { at: number; cost: number };
        const part = Math.min(left, last.cost);
        left -= part;
        if (last.cost > part) calls.push({ ...last, cost: last.cost - part });
      }
    },
    reset: () => {
      calls = [];
      resetAt = 0;
    },
  };
}
