import type { RateLimitConfig } from '@codex/cloudflare-clients';
import { five } from './limits.js';

/** The limits that tests of objects use, one for each algorithm: 5 a minute. */
export const sliding: RateLimitConfig = { ...five, keyPrefix: 'rl:sliding:', algorithm: 'sliding-window' };
export const bucket: RateLimitConfig = { ...five, keyPrefix: 'rl:bucket:', algorithm: 'token-bucket' };

/** A limit of 5 a minute, as one would write it who has all the memory in the world. */
export function modelOf({ algorithm }: RateLimitConfig) {
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
