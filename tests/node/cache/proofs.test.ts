// The cache while KV is down, slow or flapping, and with loaders of every kind.
import { CacheClient, type ClientEvent } from '@codex/cloudflare-clients';
import { createStrictKv, type Fault, type StrictKv } from '@codex/cloudflare-clients/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { code } from '../../support/backend.js';
import { seeded } from '../../support/random.js';
import { movedTime, pass } from '../../support/time.js';

movedTime();

const TIMEOUT = 100;
const LOAD = 50;
const PLACES = ['paris', 'tokyo', 'oslo'];

let kv: StrictKv;
beforeEach(() => {
  kv = createStrictKv({ operationsPerInvocation: Infinity });
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('KV that is', () => {
  const troubles: Record<string, Fault[]> = {
    down: [{ kind: 'error', status: 503 }],
    slow: [{ kind: 'slow', ms: 3 * TIMEOUT }],
    hanging: [{ kind: 'hang' }],
    flapping: [{ kind: 'error', probability: 0.5, seed: 5 }],
    'all of it now and then': [
      { kind: 'error', status: 429, operation: 'put', probability: 0.3, seed: 1 },
      { kind: 'error', status: 500, probability: 0.3, seed: 2 },
      { kind: 'slow', ms: 3 * TIMEOUT, probability: 0.3, seed: 3 },
      { kind: 'hang', probability: 0.3, seed: 4 },
    ],
  };

  it.each(Object.entries(troubles))('%s fails no call, and each is answered in time', async (_, faults) => {
    for (const fault of faults) kv.fail(fault);
    const isolates = PLACES.map((place) => new CacheClient(kv.at(place), { timeoutMs: TIMEOUT }));
    const random = seeded(3);
    const loading = new Set<string>();
    const broken = new Error('the database is down');
    const wrong: unknown[] = [];
    let [settled, thrown] = [0, 0];
    const ask = async () => {
      const [isolate, number] = [random(3), random(40)];
      const name = `${isolate}:${number}`;
      const fails = random(10) === 0;
      const start = Date.now();
      try {
        const value = await (isolates[isolate] as CacheClient).getOrSet(`key-${number}`, 60, async () => {
          // One load for all who miss at the same time in an isolate.
          if (loading.has(name)) wrong.push(`two loads of ${name}`);
          loading.add(name);
          await sleep(LOAD);
          loading.delete(name);
          if (fails) throw broken;
          return number;
        });
        if (value !== number) wrong.push(value);
      } catch (error) {
        // Only the loader's own error, and as it is.
        if (error !== broken) wrong.push(error);
        thrown += 1;
      }
      const ms = Date.now() - start;
      if (ms > 2 * TIMEOUT + LOAD) wrong.push(`answered after ${ms} ms`);
      settled += 1;
    };
    for (let i = 0; i < 3_000; i++) {
      void ask();
      if (i % 5 === 0) await pass(5);
    }
    await pass(2 * TIMEOUT + LOAD, 5);
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(settled).toBe(3_000);
    expect(thrown).toBeGreaterThan(0);
  });

  it('well again answers from the cache again, with what is right', async () => {
    const heal = kv.fail({ kind: 'error' });
    const loader = vi.fn(() => 'loaded');
    const cache = new CacheClient(kv);
    for (let i = 0; i < 10; i++) expect(await cache.getOrSet('key', 60, loader)).toBe('loaded');
    expect(loader).toHaveBeenCalledTimes(10);
    heal();
    for (let i = 0; i < 10; i++) expect(await cache.getOrSet('key', 60, loader)).toBe('loaded');
    expect(loader).toHaveBeenCalledTimes(11);
  });
});

describe('a loader that', () => {
  it('hangs holds up its own caller alone: one of those who wait leads after joinTimeoutMs', async () => {
    const cache = new CacheClient(kv);
    const answers: string[] = [];
    const hanging = vi.fn(() => new Promise<string>(() => {}));
    void cache.getOrSet('key', 60, hanging).then(() => expect.fail('nothing was loaded'));
    const loader = vi.fn(async () => 'loaded');
    for (let i = 0; i < 20; i++) void cache.getOrSet('key', 60, loader).then((value) => answers.push(value));
    await pass(4_999);
    expect(answers).toEqual([]);
    await pass(1);
    expect(answers).toEqual(Array(20).fill('loaded'));
    expect(hanging).toHaveBeenCalledTimes(1);
    expect(loader).toHaveBeenCalledTimes(1);
    expect(await cache.getOrSet('key', 60, () => expect.fail('it is cached'))).toBe('loaded');
  });

  it('hangs for everybody is not waited for without end, nor called more than once by each', async () => {
    const cache = new CacheClient(kv);
    let calls = 0;
    const hangs = () => {
      calls += 1;
      return new Promise<string>(() => {});
    };
    for (let i = 0; i < 20; i++) void cache.getOrSet('key', 60, hangs, { joinTimeoutMs: 1_000 });
    await pass(60_000, 500);
    expect(calls).toBeLessThanOrEqual(20);
    // Who comes when all of them hang: waits, then loads.
    const late = cache.getOrSet('key', 60, () => 'loaded', { joinTimeoutMs: 1_000 });
    await pass(3_000, 500);
    expect(await late).toBe('loaded');
  });

  it('throws gives its error to all who wait, and is called again by the next', async () => {
    const cache = new CacheClient(kv);
    const broken = new Error('no connection');
    const loader = vi.fn(async () => {
      await sleep(LOAD);
      throw broken;
    });
    const failed = Promise.allSettled(Array.from({ length: 20 }, () => cache.getOrSet('key', 60, loader)));
    await pass(LOAD);
    for (const result of await failed) expect(result).toMatchObject({ status: 'rejected', reason: broken });
    expect(loader).toHaveBeenCalledTimes(1);
    expect(kv.operations.writes).toBe(0);
    expect(await cache.getOrSet('key', 60, () => 'loaded')).toBe('loaded');
  });

  const unstorable: [string, unknown][] = [
    ['undefined', undefined],
    ['a BigInt', 10n],
    ['more than 25 MiB', 'x'.repeat(26_214_400)],
  ];
  it.each(unstorable)('returns %s serves its caller; others load for themselves', async (_, value) => {
    const events: ClientEvent[] = [];
    const cache = new CacheClient(kv, { onEvent: (event) => void events.push(event) });
    const loader = vi.fn(async () => value);
    const answers = await Promise.all(Array.from({ length: 5 }, () => cache.getOrSet('key', 60, loader)));
    for (const answer of answers) expect(answer === value).toBe(true);
    expect(loader).toHaveBeenCalledTimes(5);
    expect(events.filter(({ note }) => note === 'not_cached')).toHaveLength(5);
    expect(kv.operations.writes).toBe(0);
    expect(await cache.getOrSet('key', 60, () => 'fine')).toBe('fine');
  });
});

describe('invalidation by deleteMany', () => {
  it('leaves a place stale for a minute at most, whenever it read', async () => {
    const random = seeded(9);
    const keys = ['list', 'page-1', 'page-2'];
    const at = (place: string) => new CacheClient(kv.at(place));
    let [edition, changedAt, stale] = [1, Number.NEGATIVE_INFINITY, 0];
    for (let i = 0; i < 4_000; i++) {
      await pass(1 + random(1_500));
      if (Date.now() - changedAt > 200_000) {
        edition += 1;
        // KV refuses what was refilled within this second, and says which keys those are.
        let left: readonly string[] = keys;
        while (left.length > 0) {
          const error = await at(PLACES[random(3)] as string)
            .deleteMany(left)
            .then(
              () => undefined,
              (error) => error,
            );
          if (error) expect(error.code).toBe('partial_failure');
          left = error?.keys ?? [];
          changedAt = Date.now();
          if (error) await pass(1_000);
        }
      }
      const key = keys[random(3)] as string;
      const found = await at(PLACES[random(3)] as string).getOrSet(key, 3_600, () => edition);
      if (found !== edition) stale += 1;
      if (Date.now() - changedAt >= 60_000) expect(found).toBe(edition);
    }
    // Else the test would not have met what it is about.
    expect(stale).toBeGreaterThan(100);
  });

  it('does not undo a loader that read before the change and stores after it: that stays for the TTL', async () => {
    const [paris, tokyo] = [new CacheClient(kv.at('paris')), new CacheClient(kv.at('tokyo'))];
    let edition = 1;
    const slow = tokyo.getOrSet('key', 3_600, async () => {
      const read = edition;
      await sleep(2_000);
      return read;
    });
    await pass(100);
    edition = 2;
    await paris.deleteMany(['key']);
    await pass(2_000);
    expect(await slow).toBe(1);
    await pass(60_000);
    expect(await paris.getOrSet('key', 3_600, () => edition)).toBe(1);
    await pass(3_600_000);
    expect(await paris.getOrSet('key', 3_600, () => edition)).toBe(2);
  });

  it('says which keys are left when KV fails on the way, and they can be deleted then', async () => {
    const cache = new CacheClient(kv);
    for (const key of ['a', 'b', 'c']) await cache.set(key, 1, 60);
    await pass(1_000);
    kv.fail({ kind: 'error', operation: 'delete', times: 1 });
    const failed = cache.deleteMany(['a', 'b', 'c']);
    expect(await code(failed)).toBe('partial_failure');
    const { keys } = (await failed.catch((error) => error)) as { keys: string[] };
    expect(keys).toHaveLength(1);
    await cache.deleteMany(keys);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual(new Map());
  });
});
