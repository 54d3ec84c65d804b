import { env } from 'cloudflare:workers';
import { type ObjectHandle, RateLimiterClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { sliding } from '../../suites/rate_limit/exact.js';
import { five } from '../../suites/rate_limit/limits.js';
import { code, listening, unique } from '../../support/backend.js';
import { failure, intercepted } from '../../support/interception.js';
import { stoppedClock } from '../../support/time.js';

const { RATE_LIMIT_DO } = env as { RATE_LIMIT_DO: ObjectHandle };

describe('RateLimiterClient when calls on objects fail', () => {
  const clock = stoppedClock();

  it('makes them again, and counts those whose reply was lost once', async () => {
    for (const lost of [1, 2, 3]) {
      let failures = 0;
      const { events, onEvent } = listening();
      const objects = intercepted(RATE_LIMIT_DO, async ({ deliver }) => {
        if (failures === lost) return deliver();
        failures += 1;
        if (failures % 2) await deliver();
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
      const objects = intercepted(RATE_LIMIT_DO, () => {
        calls += 1;
        return Promise.reject(failure(flags));
      });
      expect(await code(new RateLimiterClient(objects).checkLimit('a', five))).toBe(expected);
      expect(calls).toBe(asked);
    }
  });

  it('lets onUnavailable decide on what failed, and not on what was wrong', async () => {
    const { events, onEvent } = listening();
    const objects = intercepted(RATE_LIMIT_DO, () => Promise.reject(failure({ overloaded: true })));
    const limiter = new RateLimiterClient(objects, { onUnavailable: 'allow', onEvent });
    expect(await limiter.checkLimits('a', [five, { ...sliding, limit: 3 }])).toEqual({
      allowed: true,
      remaining: 2,
      limit: 3,
      resetAt: clock.start + 60_000,
      retryAfterSeconds: 0,
      degraded: true,
    });
    expect(events).toContainEqual(
      expect.objectContaining({ note: 'object_failed', code: 'object_overloaded' }),
    );
    expect(await code(limiter.refund('a', five))).toBe('object_overloaded');
    expect(await code(limiter.reset('a', five.keyPrefix))).toBe('object_overloaded');
    for (const answer of [undefined, null, 7, {}, { ok: true }, { ok: true, value: { allowed: true } }]) {
      const wrong = intercepted(RATE_LIMIT_DO, async () => answer);
      const call = new RateLimiterClient(wrong, { onUnavailable: 'allow' }).checkLimit('a', five);
      expect(await code(call)).toBe('misconfigured');
    }
  });
});
