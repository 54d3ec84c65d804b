// What a call leaves behind.
import { setImmediate as tick } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CacheClient, RateLimiterClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { hang } from '../suites/backend.js';
import { liveness } from '../suites/internal.js';
import { MockKV } from '../suites/mock_kv.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

it('calls whose request was cancelled leave nothing behind', async () => {
  // A cancelled request never settles its promises, and nobody holds them any more.
  for (let i = 0; i < 2_000; i++) {
    void new CacheClient({ ...new MockKV(), get: hang, put: hang, delete: hang } as MockKV).get('k');
  }
  expect(liveness().tasks).toBe(2_000);
  for (let turns = 0; liveness().tasks > 0; turns++) {
    expect(turns).toBeLessThan(100);
    collect();
    await tick();
  }
});

it('memory is flat over many calls, each with a client of its own', async () => {
  const kv = new MockKV();
  const work = async (from: number) => {
    for (let i = from; i < from + 20_000; i++) {
      await new CacheClient(kv).getOrSet(`key-${i % 100}`, 60, () => ({ i }));
      await new RateLimiterClient(kv).checkLimit(`id-${i}`, { limit: 5, window: 60, keyPrefix: 'rl:' });
    }
  };
  // The table of counters is full and has been rebuilt once by then.
  await work(0);
  await work(20_000);
  const { memoryBytes } = liveness();
  await work(40_000);
  expect(liveness()).toEqual({ tasks: 0, counters: 10_000, memoryBytes });
});
