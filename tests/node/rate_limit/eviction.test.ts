import { RateLimiterClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { liveness } from '../../support/internal.js';
import { MockKV } from '../../support/mock_kv.js';
import { stopClock } from '../../support/time.js';

const config = { limit: 5, window: 900, keyPrefix: 'rl:' };

it('remembers 10,000 counters, and writes what one holds before it leaves', async () => {
  const clock = stopClock();
  const kv = new MockKV();
  const limiter = new RateLimiterClient(kv);
  const stored = async (id: string) => (await kv.get(`rl:${id}`, 'json')).count;
  // The least used ones all hold a count that KV has not got.
  for (let i = 0; i < 100; i++) {
    await limiter.checkLimit(`dirty-${i}`, config);
    await limiter.checkLimit(`dirty-${i}`, config);
  }
  for (let i = 0; i < 9_900; i++) await limiter.checkLimit(`clean-${i}`, config);
  expect([liveness().counters, await stored('dirty-0')]).toEqual([10_000, 1]);
  clock.pass(1_000);
  await limiter.checkLimit('one more', config);
  expect([liveness().counters, await stored('dirty-0'), await stored('dirty-1')]).toEqual([10_000, 2, 1]);
  // Who comes back finds what was written.
  expect(await limiter.checkLimit('dirty-0', config)).toMatchObject({ remaining: 2 });
  expect(liveness().counters).toBe(10_000);
});

it('a fresh handle starts fresh', async () => {
  const kv = new MockKV();
  for (let i = 0; i < 5; i++) await new RateLimiterClient(kv).checkLimit('id', config);
  kv.store.clear();
  expect((await new RateLimiterClient(kv).checkLimit('id', config)).allowed).toBe(false);
  const fresh = { get: kv.get.bind(kv), put: kv.put.bind(kv), delete: kv.delete.bind(kv) };
  expect(await new RateLimiterClient(fresh).checkLimit('id', config)).toMatchObject({
    allowed: true,
    remaining: 4,
  });
});
