import { CacheClient } from '@codex/cloudflare-clients';
import { describe, expect, it, vi } from 'vitest';
import {
  type Backend,
  code,
  counted,
  down,
  faulty,
  full,
  hang,
  listening,
  unique,
} from '../../support/backend.js';
import { settled, stopClock } from '../../support/time.js';

export function cacheSuite(backend: Backend): void {
  describe(`CacheClient on ${backend.name}`, () => {
    it('gives back what JSON can say', async () => {
      const cache = new CacheClient(backend.kv());
      const values = [
        0,
        '',
        false,
        'text',
        'ü\u{1f600}',
        [],
        [1, null],
        {},
        { a: { b: [true] } },
        1.5e300,
        null,
      ];
      for (const value of values) {
        const key = unique();
        await cache.set(key, value, 60);
        expect(await cache.get(key)).toEqual(value);
        expect(await cache.getMany([key])).toEqual(new Map([[key, value]]));
        expect(await cache.getOrSet(key, 60, () => expect.fail('a hit loads nothing'))).toEqual(value);
      }
    });

    it('is plain JSON to other readers, and reads theirs', async () => {
      const kv = backend.kv();
      const cache = new CacheClient(kv);
      const [ours, theirs] = [unique(), unique()];
      await cache.set(ours, { at: new Date(0), nothing: undefined }, 300);
      expect(await kv.get(ours, 'text')).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
      await kv.put(theirs, JSON.stringify({ by: 'hand' }), { expirationTtl: 300 });
      expect(await cache.get(theirs)).toEqual({ by: 'hand' });
    });

    it('takes what is no JSON for a miss, says so, and loads again', async () => {
      const { events, onEvent } = listening();
      const kv = backend.kv();
      const key = unique();
      await kv.put(key, 'undefined', { expirationTtl: 60 });
      const cache = new CacheClient(kv, { onEvent });
      expect(await cache.get(key)).toBeNull();
      expect(events).toMatchObject([{ note: 'malformed' }, { hit: false }]);
      expect(await cache.getOrSet(key, 60, () => 'healed')).toBe('healed');
      expect(await cache.get(key)).toBe('healed');
    });

    it('refuses bad input and changes nothing', async () => {
      const { kv, count } = counted(backend.kv());
      const cache = new CacheClient(kv);
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      for (const value of [
        undefined,
        () => {},
        Symbol('s'),
        1n,
        cycle,
        {
          toJSON() {
            throw new Error('no');
          },
        },
      ]) {
        expect(await code(cache.set('k', value, 60))).toBe('invalid_value');
      }
      for (const ttl of [0, -1, Number.NaN, Infinity, 4e9, '60' as never, undefined as never]) {
        expect(await code(cache.set('k', 1, ttl))).toBe('invalid_ttl');
        expect(await code(cache.getOrSet('k', ttl, () => 1))).toBe('invalid_ttl');
      }
      for (const key of ['', '.', '..', 'x'.repeat(513), 'ü'.repeat(257), 'a\udc00', null as never]) {
        expect(await code(cache.get(key))).toBe('invalid_key');
        expect(await code(cache.set(key, 1, 60))).toBe('invalid_key');
        expect(await code(cache.delete(key))).toBe('invalid_key');
        expect(await code(cache.getOrSet(key, 60, () => 1))).toBe('invalid_key');
        expect(await code(cache.getMany(['fine', key]))).toBe('invalid_key');
        expect(await code(cache.deleteMany(['fine', key]))).toBe('invalid_key');
      }
      expect(await code(cache.getMany('keys' as never))).toBe('invalid_key');
      expect(await code(cache.getOrSet('k', 60, 1 as never))).toBe('invalid_value');
      expect(await code(cache.getOrSet('k', 60, () => 1, { joinTimeoutMs: 0 }))).toBe('misconfigured');
      expect(await code(cache.set('k', 'x'.repeat(26_214_399), 60))).toBe('value_too_large');
      expect(count).toEqual({});
    });

    it('takes keys and values up to the limits', async () => {
      const cache = new CacheClient(backend.kv());
      for (const key of [`${'k'.repeat(476)}${crypto.randomUUID()}`, '€'.repeat(170), '...']) {
        await cache.set(key, 1, 60);
        expect(await cache.get(key)).toBe(1);
      }
    });

    it('tells of large values', async () => {
      const { events, onEvent } = listening();
      await new CacheClient(backend.kv(), { onEvent }).set(unique(), 'ü'.repeat(51_200), 60);
      expect(events).toMatchObject([{ note: 'large_value' }, { operation: 'set', bytes: 102_402 }]);
    });

    it('loads once on a miss, and not again', async () => {
      const cache = new CacheClient(backend.kv());
      const key = unique();
      const loader = vi.fn(async () => ({ at: new Date(0) }));
      // Who loads gets the loader's own value; a later hit is its JSON.
      expect((await cache.getOrSet(key, 60, loader)).at).toBeInstanceOf(Date);
      expect(await cache.getOrSet(key, 60, loader)).toEqual({ at: '1970-01-01T00:00:00.000Z' });
      expect(loader).toHaveBeenCalledTimes(1);
    });

    it('hands the loader’s error to the caller as it is, and caches nothing', async () => {
      const cache = new CacheClient(backend.kv());
      const key = unique();
      const mine = new RangeError('mine');
      await expect(cache.getOrSet(key, 60, () => Promise.reject(mine))).rejects.toBe(mine);
      await expect(
        cache.getOrSet(key, 60, () => {
          throw mine;
        }),
      ).rejects.toBe(mine);
      await expect(cache.getOrSet(key, 60, () => Promise.reject(undefined))).rejects.toBeUndefined();
      expect(await cache.getOrSet(key, 60, () => 'fine')).toBe('fine');
    });

    it('returns what cannot be cached, and says so', async () => {
      const { events, onEvent } = listening();
      const cache = new CacheClient(backend.kv(), { onEvent });
      const key = unique();
      for (const value of [undefined, 1n, () => {}]) {
        expect(await cache.getOrSet<unknown>(key, 60, () => value)).toBe(value);
        expect(events.splice(0)).toMatchObject([
          { note: 'not_cached', code: 'invalid_value' },
          { hit: false },
        ]);
      }
    });

    it('goes on without KV: loads when reading fails, returns when writing fails', async () => {
      const { events, onEvent } = listening();
      const noReads = faulty(backend.kv(), (operation) => (operation.startsWith('get') ? down() : undefined));
      expect(await new CacheClient(noReads, { onEvent }).getOrSet(unique(), 60, () => 1)).toBe(1);
      expect(events.splice(0)).toMatchObject([{ note: 'kv_failed', code: 'kv_unavailable' }, { hit: false }]);
      const noWrites = faulty(backend.kv(), (operation) => (operation === 'put' ? down() : undefined));
      expect(await new CacheClient(noWrites, { onEvent }).getOrSet(unique(), 60, () => 2)).toBe(2);
      expect(events.splice(0)).toMatchObject([
        { note: 'not_cached', code: 'kv_unavailable' },
        { hit: false },
      ]);
      const hanging = new CacheClient(faulty(backend.kv(), hang), { onEvent, timeoutMs: 5 });
      expect(await hanging.getOrSet(unique(), 60, () => 3)).toBe(3);
      expect(events).toMatchObject([
        { code: 'timeout' },
        { note: 'not_cached', code: 'timeout' },
        { hit: false },
      ]);
    });

    it('lets KV failures of the other calls reach the caller', async () => {
      const cache = new CacheClient(faulty(backend.kv(), down));
      for (const call of [cache.get('k'), cache.set('k', 1, 60), cache.delete('k'), cache.getMany(['k'])]) {
        expect(await code(call)).toBe('kv_unavailable');
      }
    });

    it('shares one loader among calls at the same time; who joined gets a copy of his own', async () => {
      const { events, onEvent } = listening();
      const store = full(backend.kv());
      const key = unique();
      let [calls, reads] = [0, 0];
      // It is loading until all have read, and so have joined.
      const joined = Promise.withResolvers<void>();
      const read = async (answer: Promise<unknown>) => {
        const found = await answer;
        if (++reads === 50) void settled().then(joined.resolve);
        return found;
      };
      const kv = faulty(store, (operation, args) =>
        operation === 'get' || operation === 'getWithMetadata'
          ? read(Reflect.apply(store[operation], store, args))
          : undefined,
      );
      const load = async () => {
        calls += 1;
        await joined.promise;
        return { at: new Date(0) };
      };
      const all = await Promise.all(
        Array.from({ length: 50 }, () => new CacheClient(kv, { onEvent }).getOrSet(key, 60, load)),
      );
      expect(calls).toBe(1);
      expect(new Set(all).size).toBe(50);
      expect(all.filter(({ at }) => at instanceof Date)).toHaveLength(1);
      expect(events.filter(({ note }) => note === 'joined')).toHaveLength(49);
      expect(events.filter(({ note }) => note === 'join_failed')).toHaveLength(0);
    });

    it('shares a loader even with a read that was so slow that all was over', async () => {
      const kv = backend.kv();
      const key = unique();
      const slow = Promise.withResolvers<void>();
      let reads = 0;
      // The first read answers only when the second call has loaded, written and landed.
      const late = faulty(kv, (operation) => {
        if (!operation.startsWith('get') || reads++ > 0) return undefined;
        return slow.promise.then(() => (operation === 'get' ? null : { value: null, metadata: null }));
      });
      const loader = vi.fn(() => 'loaded');
      const first = new CacheClient(late).getOrSet(key, 60, loader);
      expect(await new CacheClient(late).getOrSet(key, 60, loader)).toBe('loaded');
      slow.resolve();
      expect(await first).toBe('loaded');
      expect(loader).toHaveBeenCalledTimes(1);
    });

    it('hands a failed load to all who wait for it, and nobody else', async () => {
      const kv = backend.kv();
      const key = unique();
      const mine = new Error('mine');
      const calls = [1, 2, 3].map(() => new CacheClient(kv).getOrSet(key, 60, () => Promise.reject(mine)));
      const results = await Promise.allSettled(calls);
      expect(results.map((result) => result.status === 'rejected' && result.reason)).toEqual([
        mine,
        mine,
        mine,
      ]);
      expect(await new CacheClient(kv).getOrSet(key, 60, () => 'fine')).toBe('fine');
    });

    it('loads for itself when the value it waits for cannot be shared, or comes too late', async () => {
      const kv = backend.kv();
      let calls = 0;
      const key = unique();
      await Promise.all(
        [1, 2, 3].map(() => new CacheClient(kv).getOrSet(key, 60, async () => void (calls += 1))),
      );
      expect(calls).toBe(3);
      const other = unique();
      const never = new CacheClient(kv).getOrSet(other, 60, hang, { joinTimeoutMs: 10 });
      void never;
      expect(await new CacheClient(kv).getOrSet(other, 60, () => 'mine', { joinTimeoutMs: 10 })).toBe('mine');
      expect(await new CacheClient(kv).get(other)).toBe('mine');
    });

    it('may be called from within a loader', async () => {
      const cache = new CacheClient(backend.kv());
      const [outer, inner] = [unique(), unique()];
      const value = await cache.getOrSet(
        outer,
        60,
        async () => `outer ${await cache.getOrSet(inner, 60, () => 'inner')}`,
      );
      expect(value).toBe('outer inner');
      const sync = cache.getOrSet(unique(), 60, () => {
        void cache.get(inner);
        return 'sync';
      });
      expect(await sync).toBe('sync');
    });

    it('gets many, without those that are missing', async () => {
      const kv = backend.kv();
      const cache = new CacheClient(kv);
      const keys = Array.from({ length: 230 }, () => unique());
      await Promise.all(keys.slice(0, 120).map((key, i) => cache.set(key, i === 7 ? null : i, 60)));
      const { kv: handle, count } = counted(kv);
      const found = await new CacheClient(handle).getMany([...keys, ...keys]);
      expect(found.size).toBe(120);
      expect(found.get(keys[7] as string)).toBeNull();
      expect(found.get(keys[119] as string)).toBe(119);
      expect(await cache.getMany([])).toEqual(new Map());
      // What looks like an index of an array is a key like any other.
      await cache.set('42', 'answer', 60);
      expect(await cache.getMany(['42', keys[0] as string])).toEqual(
        new Map<string, unknown>([
          ['42', 'answer'],
          [keys[0] as string, 0],
        ]),
      );
      if (backend.full) expect(count).toEqual({ getWithMetadata: 3 });
    });

    it('deletes many: duplicates once, a few at a time, all tried, then reported', async () => {
      const kv = backend.kv();
      const cache = new CacheClient(kv);
      const keys = Array.from({ length: 40 }, () => unique());
      await Promise.all(keys.map((key) => cache.set(key, 1, 60)));
      let [atOnce, most, deletes] = [0, 0, 0];
      const bad = new Set([keys[3], keys[11]]);
      const watched = faulty(kv, (operation, [key]) => {
        if (operation !== 'delete') return undefined;
        deletes += 1;
        most = Math.max(most, ++atOnce);
        return (bad.has(key as string) ? down() : kv.delete(key as string)).finally(() => (atOnce -= 1));
      });
      const error = await new CacheClient(watched).deleteMany([...keys, ...keys]).catch((error) => error);
      expect(error).toMatchObject({ code: 'partial_failure', retryable: true });
      expect(error.keys).toEqual([keys[3], keys[11]]);
      expect(Object.keys(error)).not.toContain('keys');
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(keys[3]);
      expect([deletes, most]).toEqual([40, 6]);
      expect((await cache.getMany(keys)).size).toBe(2);
      await cache.deleteMany(error.keys);
      expect((await cache.getMany(keys)).size).toBe(0);
    });

    it('deletes no more than an invocation can, and names the rest', async () => {
      const { kv, count } = counted(backend.kv());
      const keys = Array.from({ length: 1_003 }, (_, i) => `rest-${i}`);
      const error = await new CacheClient(kv).deleteMany(keys).catch((error) => error);
      expect(error).toMatchObject({ code: 'partial_failure', keys: keys.slice(1_000) });
      expect(count).toEqual({ delete: 1_000 });
    });

    if (backend.full) onFullKV(backend);
    else {
      it('says that a handle without list cannot be cleared', async () => {
        expect(await code(new CacheClient(backend.kv()).clear({ prefix: 'a' }))).toBe('unsupported');
      });
    }
  });
}

function onFullKV(backend: Backend): void {
  it('keeps TTLs below 60 s exactly: KV gets 60, the metadata the moment', async () => {
    const kv = full(backend.kv());
    const cache = new CacheClient(kv);
    const keys = [unique(), unique(), unique()] as [string, string, string];
    const clock = stopClock();
    await cache.set(keys[0], 'a', 1.5);
    await cache.getOrSet(keys[1], 30, () => 'b');
    await cache.set(keys[2], 'c', 60);
    const { metadata } = await kv.getWithMetadata(keys[0], 'text');
    expect(metadata).toEqual({ expiresAt: expect.any(Number) });
    expect((await kv.getWithMetadata(keys[2], 'text')).metadata).toBeNull();
    expect((await cache.getMany(keys)).size).toBe(3);
    clock.at(1_499);
    expect(await cache.get(keys[0])).toBe('a');
    clock.at(1_500);
    expect(await cache.get(keys[0])).toBeNull();
    expect((await cache.getMany(keys)).size).toBe(2);
    clock.at(30_000);
    expect(await cache.getOrSet(keys[1], 30, () => 'again')).toBe('again');
  });

  it('clears a prefix and nothing else, with progress', async () => {
    const cache = new CacheClient(backend.kv());
    const prefix = unique('purge');
    for (let i = 0; i < 20; i++) await cache.set(`${prefix}:${i}`, i, 60);
    await cache.set(`${prefix.slice(0, -1)}`, 'stays', 60);
    const progress: number[] = [];
    const onProgress = (deleted: number) => {
      progress.push(deleted);
      throw new Error('a listener');
    };
    expect(await cache.clear({ prefix, onProgress })).toEqual({ deleted: 20, complete: true });
    expect(progress).toEqual([6, 12, 18, 20]);
    expect(await cache.get(prefix.slice(0, -1))).toBe('stays');
    expect(await cache.clear({ prefix })).toEqual({ deleted: 0, complete: true });
  });

  it('clears everything only when told to', async () => {
    const cache = new CacheClient(faulty(backend.kv(), () => expect.fail('nothing is touched')));
    expect(await code(cache.clear({ prefix: '' }))).toBe('invalid_key');
    expect(await code(cache.clear({} as never))).toBe('invalid_key');
  });

  it('clears more than an invocation can in several calls', async () => {
    const kv = backend.kv();
    const prefix = unique('many');
    for (let i = 0; i < 1_100; i += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, j) => kv.put(`${prefix}:${i + j}`, '1', { expirationTtl: 600 })),
      );
    }
    const { kv: handle, count } = counted(kv);
    const first = await new CacheClient(handle).clear({ prefix });
    expect(first).toEqual({ deleted: 999, complete: false, cursor: expect.any(String) });
    expect((count.delete ?? 0) + (count.list ?? 0)).toBe(1_000);
    const second = await new CacheClient(kv).clear({ prefix, cursor: first.cursor });
    expect(second).toEqual({ deleted: 101, complete: true });
  });
}
