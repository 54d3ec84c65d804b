import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { type ObjectHandle, RateLimiterClient } from '@codex/cloudflare-clients';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucket, modelOf, sliding } from '../../suites/rate_limit/exact.js';
import { five } from '../../suites/rate_limit/limits.js';
import { unique } from '../../support/backend.js';
import { intercepted } from '../../support/interception.js';
import { stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { RATE_LIMIT_DO } = env as { RATE_LIMIT_DO: ObjectHandle };
const isolate = () => intercepted(RATE_LIMIT_DO);

// All of the first call is given back within its ms: its window goes on, as it does a ms later.
const step = (what: 'check' | 'refund', wait: number) => ({ what, cost: 1, wait });
const REFUNDED_AT_ONCE = [step('check', 0), step('refund', 0), step('check', 30_000), step('check', 30_000)];

describe('RateLimiterClient on Durable Objects', () => {
  const clock = stoppedClock();

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
            clock.at(now);
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
        { numRuns: 25, examples: [[REFUNDED_AT_ONCE]] },
      );
    }
  });
});
