// A panic costs one call: on the build that may panic (`target/faults`, made by `npm test`).
import { describe, expect, it } from 'vitest';
import { CacheClient, RateLimiterClient, SessionCacheClient } from '../../../target/faults/entries/node.js';
import { call, liveness } from '../../../target/faults/wasm/driver.js';
import { code } from '../../support/backend.js';
import { MockKV } from '../../support/mock_kv.js';

interface Faults {
  faultNow(how: number): unknown;
  faultLater(promise: Promise<unknown>, how: number): unknown;
  awaitNothing(): unknown;
}
const FAULTS = ['panic', 'trap', 'stack overflow', 'out of memory'];
const begin = (start: (wasm: Faults) => unknown) => call((wasm) => start(wasm as unknown as Faults));

describe.each(FAULTS.map((name, how) => ({ name, how })))('$name', ({ how }) => {
  it('before an await rejects that call; the next one works', async () => {
    expect(await code(begin((wasm) => wasm.faultNow(how)))).toBe('panic');
    expect(await new CacheClient(new MockKV()).getOrSet('k', 60, () => 'works')).toBe('works');
  });

  it('after an await rejects that call and those in flight; the next one works', async () => {
    const gate = Promise.withResolvers<void>();
    const kv = new MockKV();
    const neighbours = [
      new CacheClient(kv).getOrSet('slow', 60, () => gate.promise),
      new SessionCacheClient({ ...handle(kv), get: () => gate.promise.then(() => null) }).get('token'),
      new RateLimiterClient({ ...handle(kv), get: () => gate.promise.then(() => null) }).checkLimit('id', {
        limit: 5,
        window: 60,
        keyPrefix: 'rl:',
      }),
    ];
    const codes = neighbours.map((neighbour) => code(neighbour));
    expect(await code(begin((wasm) => wasm.faultLater(Promise.resolve(), how)))).toBe('panic');
    // The next call works while those are still in flight.
    expect(await new CacheClient(kv).getOrSet('fast', 60, () => 'works')).toBe('works');
    gate.resolve();
    expect(await Promise.all(codes)).toEqual(['panic', 'panic', 'panic']);
    // A group whose leader was lost is over: no call waits for it.
    expect(await new CacheClient(kv).getOrSet('slow', 60, () => 'loaded')).toBe('loaded');
    expect(liveness().tasks).toBe(0);
  });

  it('inside a loader of ours rejects what stands around it, and settles all', async () => {
    const cache = new CacheClient(new MockKV());
    const outer = cache.getOrSet('outer', 60, async () => {
      await begin((wasm) => wasm.faultNow(how));
      return 'not reached';
    });
    expect(await code(outer)).toBe('panic');
    const sync = cache.getOrSet('outer', 60, () => {
      void begin((wasm) => wasm.faultNow(how)).catch(() => {});
      return 'value';
    });
    expect(await code(sync)).toBe('panic');
    expect(await cache.getOrSet('outer', 60, () => 'works')).toBe('works');
  });
});

it('says where it panicked, and that the call may be repeated', async () => {
  const error: Error = await begin((wasm) => wasm.faultNow(0)).then(
    () => expect.fail('resolved'),
    (error) => error,
  );
  expect(error).toMatchObject({ code: 'panic', retryable: true });
  expect(error.message).toMatch(/src\/faults\.rs:\d+:\d+.*a panic on purpose/s);
});

function handle(kv: MockKV) {
  return { get: kv.get.bind(kv), put: kv.put.bind(kv), delete: kv.delete.bind(kv) };
}

it('a call that awaits what its driver cannot settle rejects at once, alone', async () => {
  const gate = Promise.withResolvers<string>();
  const neighbour = new CacheClient(new MockKV()).getOrSet('slow', 60, () => gate.promise);
  const { tasks } = liveness();
  expect(await code(begin((wasm) => wasm.awaitNothing()))).toBe('panic');
  expect(liveness().tasks).toBe(tasks);
  gate.resolve('loaded');
  expect(await neighbour).toBe('loaded');
});
