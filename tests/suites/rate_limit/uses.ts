import type { RateLimitConfig } from '@codex/cloudflare-clients';
import { expect } from 'vitest';
import { unique } from '../../support/backend.js';
import type { Setting, SharedUse, Use } from '../core/uses.js';

const limiterOf = ({ clients, objects }: Setting) =>
  new clients.RateLimiterClient(objects('RATE_LIMIT_DO'), { localBlock: false });

const five: RateLimitConfig = { limit: 5, window: 60, keyPrefix: 'five:' };
const algorithms = ['fixed-window', 'sliding-window', 'token-bucket'] as const;
const all = algorithms.map((algorithm) => ({ ...five, algorithm, keyPrefix: algorithm }));

export const LIMITS: Use[] = [
  {
    method: 'RateLimiterClient.checkLimit',
    async go(setting) {
      const limiter = limiterOf(setting);
      const id = unique();
      const results = [];
      for (const limit of all) {
        await limiter.checkLimit(id, limit, { cost: 4 });
        results.push(await limiter.checkLimit(id, limit), await limiter.checkLimit(id, limit, { cost: 4 }));
      }
      return results.map(({ allowed, remaining }) => [allowed, remaining]);
    },
    gets: all.flatMap(() => [
      [true, 0],
      [false, 0],
    ]),
  },
  {
    method: 'RateLimiterClient.checkLimits',
    async go(setting) {
      const limiter = limiterOf(setting);
      const id = unique();
      await limiter.checkLimits(id, all, { cost: 3 });
      const refused = await limiter.checkLimits(id, all, { cost: 3 });
      return [refused.allowed, (await limiter.checkLimits(id, all)).remaining];
    },
    gets: [false, 1],
  },
  {
    method: 'RateLimiterClient.peek',
    async go(setting) {
      const limiter = limiterOf(setting);
      const id = unique();
      const before = await limiter.peek(id, five);
      await limiter.checkLimit(id, five, { cost: 2 });
      return [before.remaining, await limiter.peek(id, five)];
    },
    gets: [5, { allowed: true, remaining: 3, limit: 5, retryAfterSeconds: 0, resetAt: expect.any(Number) }],
  },
  {
    method: 'RateLimiterClient.refund',
    async go(setting) {
      const limiter = limiterOf(setting);
      const id = unique();
      await limiter.checkLimit(id, five, { cost: 5 });
      return (await limiter.refund(id, five, 2)).remaining;
    },
    gets: 2,
  },
  {
    method: 'RateLimiterClient.penalize',
    async go(setting) {
      const limiter = limiterOf(setting);
      const id = unique();
      await limiter.penalize(id, five, 4);
      const { remaining } = await limiter.penalize(id, five, 4);
      return [remaining, (await limiter.checkLimit(id, five)).allowed];
    },
    gets: [0, false],
  },
  {
    method: 'RateLimiterClient.reset',
    async go(setting) {
      const limiter = limiterOf(setting);
      const id = unique();
      await limiter.checkLimit(id, five, { cost: 5 });
      await limiter.reset(id, five.keyPrefix);
      return (await limiter.checkLimit(id, five)).remaining;
    },
    gets: 4,
  },
];

export const SHARED_LIMITS: SharedUse[] = [
  {
    what: 'what both have checked, refunded and penalized is counted together',
    async go(first, second) {
      const id = unique();
      const [one, other] = [limiterOf(first), limiterOf(second)];
      const left = [];
      for (const limit of all) {
        await one.checkLimit(id, limit, { cost: 2 });
        await other.checkLimit(id, limit, { cost: 2 });
        await other.refund(id, limit, 1);
        await one.penalize(id, limit, 1);
        left.push((await other.checkLimit(id, limit)).remaining, (await one.checkLimit(id, limit)).allowed);
      }
      return left;
    },
    gets: all.flatMap(() => [0, false]),
  },
  {
    what: 'what the one has counted is reset by the other',
    async go(first, second) {
      const id = unique();
      await limiterOf(first).checkLimits(id, all, { cost: 5 });
      for (const { keyPrefix } of all) await limiterOf(second).reset(id, keyPrefix);
      return (await limiterOf(first).checkLimits(id, all)).remaining;
    },
    gets: 4,
  },
];
