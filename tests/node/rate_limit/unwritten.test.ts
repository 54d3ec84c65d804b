import { RateLimiterClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { faulty } from '../../support/backend.js';
import { liveness } from '../../support/internal.js';
import { MockKV } from '../../support/mock_kv.js';
import { stopClock } from '../../support/time.js';

const config = { limit: 5, window: 900, keyPrefix: 'rl:' };

it('keeps what KV did not take', async () => {
  const clock = stopClock();
  const store = new MockKV();
  let error: Error | undefined;
  const kv = faulty(store, (operation) => (error && operation === 'put' ? Promise.reject(error) : undefined));
  const limiter = new RateLimiterClient(kv, { onUnavailable: 'allow' });
  const left = async (id: string) => (await limiter.peek(id, config)).remaining;
  const stored = async (id: string) => (await store.get(`rl:${id}`, 'json'))?.count;
  for (let i = 0; i < 10_000; i++) {
    await limiter.checkLimit(`held-${i}`, config);
    await limiter.checkLimit(`held-${i}`, config);
  }
  clock.pass(1_000);
  for (const message of ['KV PUT failed: 429 Too Many Requests', 'KV is down']) {
    error = new Error(message);
    for (let i = 0; i < 3; i++) await limiter.checkLimit(`${message} ${i}`, config);
  }
  expect(liveness().counters).toBe(10_006);
  // Each was asked in its turn, and none has lost a count.
  for (let i = 0; i < 6; i++) {
    expect([await left(`held-${i}`), await stored(`held-${i}`)]).toEqual([3, 1]);
  }
  error = undefined;
  for (let i = 0; i < 10; i++) await limiter.checkLimit(`later ${i}`, config);
  expect(liveness().counters).toBe(10_000);
  expect(await stored('held-7')).toBe(2);
});
