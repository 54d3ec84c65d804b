import { env } from 'cloudflare:workers';
import { type ObjectHandle, RateLimiterClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { bucket, sliding } from '../../suites/rate_limit/exact.js';
import { five } from '../../suites/rate_limit/limits.js';
import { listening, unique } from '../../support/backend.js';
import { countedObjects, failure, intercepted } from '../../support/interception.js';
import { stoppedClock } from '../../support/time.js';

const { RATE_LIMIT_DO } = env as { RATE_LIMIT_DO: ObjectHandle };
const isolate = () => intercepted(RATE_LIMIT_DO);

describe('localBlock', () => {
  const clock = stoppedClock();

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
      clock.at(0);
      const { limiter, objects, count, id } = make();
      await limiter.checkLimit(id, config, { cost: 5 });
      const refused = await limiter.checkLimit(id, config);
      expect(count).toEqual({ check: 2 });
      expect(await limiter.checkLimit(id, config)).toEqual(refused);
      clock.at(until - 1);
      // Per handle: every client of the same binding knows.
      expect(await new RateLimiterClient(objects).checkLimit(id, config)).toMatchObject({
        allowed: false,
        retryAfterSeconds: 1,
      });
      expect(await limiter.checkLimits(id, [config])).toMatchObject({ allowed: false });
      expect(count).toEqual({ check: 2 });
      clock.at(until);
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

  it('answers several limits with the strictest, as the object does', async () => {
    const { limiter, count, id } = make();
    const short = { ...five, window: 10, keyPrefix: 'rl:short:' };
    const long = { ...five, window: 600, keyPrefix: 'rl:long:' };
    const free = { ...five, keyPrefix: 'rl:free:' };
    for (const limit of [short, long]) {
      await limiter.checkLimit(id, limit, { cost: 5 });
      await limiter.checkLimit(id, limit);
    }
    const asked = count.check;
    for (const limits of [
      [short, long],
      [long, short],
      [free, short, long],
    ]) {
      const fromObject = await new RateLimiterClient(isolate()).checkLimits(id, limits);
      expect(fromObject).toMatchObject({ retryAfterSeconds: 600 });
      expect(await limiter.checkLimits(id, limits)).toEqual(fromObject);
    }
    expect(count.check).toBe(asked);
  });

  it('says of what no window admits that it takes a window, whenever it is asked', async () => {
    const { limiter, count, id } = make();
    await limiter.checkLimit(id, five, { cost: 3 });
    const refused = await limiter.checkLimit(id, five, { cost: 6 });
    expect(refused).toMatchObject({ allowed: false, remaining: 2, retryAfterSeconds: 60 });
    clock.at(30_000);
    expect(await limiter.checkLimit(id, five, { cost: 7 })).toEqual(refused);
    expect(count).toEqual({ check: 2 });
    expect((await limiter.checkLimit(id, five, { cost: 2 })).allowed).toBe(true);
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
    const objects = intercepted(RATE_LIMIT_DO, async ({ deliver, method }) => {
      const answer = await deliver();
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
    const objects = intercepted(RATE_LIMIT_DO, async ({ deliver, method }) => {
      if (method === 'refund') await refused;
      return deliver();
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
    const objects = intercepted(RATE_LIMIT_DO, ({ deliver }) =>
      down ? Promise.reject(failure({})) : deliver(),
    );
    const limiter = new RateLimiterClient(objects, { onUnavailable: 'deny' });
    const id = unique();
    expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: false, degraded: true });
    down = false;
    expect(await limiter.checkLimit(id, five)).toMatchObject({ allowed: true });
  });
});
