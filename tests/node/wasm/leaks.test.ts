// What a call leaves behind.
import { setImmediate as tick } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CacheClient, RateLimiterClient, SessionCacheClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { hang } from '../../support/backend.js';
import { liveness } from '../../support/internal.js';
import { MockKV } from '../../support/mock_kv.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

it('calls whose request was cancelled leave nothing behind', async () => {
  // A cancelled request never settles its promises, and nobody holds them any more.
  for (let i = 0; i < 10_000; i++) {
    void new CacheClient({ ...new MockKV(), get: hang, put: hang, delete: hang } as MockKV).get('k');
  }
  expect(liveness().tasks).toBe(10_000);
  for (let turns = 0; liveness().tasks > 0; turns++) {
    expect(turns).toBeLessThan(100);
    collect();
    await tick();
  }
});

it('memory is flat over a million calls, each with a client of its own', { timeout: 60_000 }, async () => {
  const kv = new MockKV();
  const expiresAt = new Date(Date.now() + 3_600_000);
  const work = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const token = `token-${i % 100}`;
      if (i < 100) await new SessionCacheClient(kv).set(token, { session: { expiresAt }, user: {} });
      await new SessionCacheClient(kv, { hashTokens: i % 2 === 0 }).get(token);
      await new CacheClient(kv).getOrSet(`key-${i % 100}`, 60, () => ({ i }));
      await new CacheClient(kv).get('').catch(() => {});
      await new RateLimiterClient(kv).checkLimit(`id-${i}`, { limit: 5, window: 60, keyPrefix: 'rl:' });
    }
  };
  // The table of counters is full and has been rebuilt once by then.
  await work(0, 50_000);
  const { memoryBytes } = liveness();
  await work(50_000, 250_000);
  expect(liveness()).toEqual({ tasks: 0, counters: 10_000, memoryBytes });
});

it('a slow loader does not hold what was loaded since', async () => {
  const kv = new MockKV();
  const cache = new CacheClient(kv);
  const slow = Promise.withResolvers<string>();
  const waiting = cache.getOrSet('slow', 60, () => slow.promise);
  const before = heap();
  for (let i = 0; i < 300; i++) {
    await cache.getOrSet(`key-${i}`, 60, () => ({ i, text: 'x'.repeat(100_000) + i }));
    kv.store.clear();
  }
  // 30 MB have been loaded.
  expect(heap() - before).toBeLessThan(10e6);
  slow.resolve('loaded');
  expect(await waiting).toBe('loaded');
});

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
