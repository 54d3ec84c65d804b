import { CacheClient } from '@codex/cloudflare-clients';
import { expect, it, vi } from 'vitest';
import { type Backend, down, faulty, hang, listening, unique } from '../../support/backend.js';
import { settled } from '../../support/time.js';

/** Loaders: who loads, who joins, and what becomes of it when KV or they fail. */
export function loadingSuite(backend: Backend): void {
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
      expect(events.splice(0)).toMatchObject([{ note: 'not_cached', code: 'invalid_value' }, { hit: false }]);
    }
  });

  it('goes on without KV: loads when reading fails, returns when writing fails', async () => {
    const { events, onEvent } = listening();
    const noReads = faulty(backend.kv(), (operation) => (operation.startsWith('get') ? down() : undefined));
    expect(await new CacheClient(noReads, { onEvent }).getOrSet(unique(), 60, () => 1)).toBe(1);
    expect(events.splice(0)).toMatchObject([{ note: 'kv_failed', code: 'kv_unavailable' }, { hit: false }]);
    const noWrites = faulty(backend.kv(), (operation) => (operation === 'put' ? down() : undefined));
    expect(await new CacheClient(noWrites, { onEvent }).getOrSet(unique(), 60, () => 2)).toBe(2);
    // The write may go on when the call has ended.
    await vi.waitFor(() => expect(events).toHaveLength(2));
    expect(events.splice(0)).toContainEqual(
      expect.objectContaining({ note: 'not_cached', code: 'kv_unavailable' }),
    );
    const hanging = new CacheClient(faulty(backend.kv(), hang), { onEvent, timeoutMs: 5 });
    expect(await hanging.getOrSet(unique(), 60, () => 3)).toBe(3);
    await vi.waitFor(() => expect(events).toHaveLength(3));
    const timeout = (note: string) => expect.objectContaining({ note, code: 'timeout' });
    expect(events).toEqual(expect.arrayContaining([timeout('kv_failed'), timeout('not_cached')]));
  });

  it('shares one loader among calls at the same time; who joined gets a copy of his own', async () => {
    const { events, onEvent } = listening();
    const kv = backend.kv();
    const key = unique();
    let calls = 0;
    const loaded = Promise.withResolvers<void>();
    const load = async () => {
      calls += 1;
      await loaded.promise;
      return { at: new Date(0) };
    };
    const answers = Promise.all(
      Array.from({ length: 50 }, () => new CacheClient(kv, { onEvent }).getOrSet(key, 60, load)),
    );
    // By then all have read, and so have joined.
    await new CacheClient(kv).get(unique());
    await settled();
    loaded.resolve();
    const all = await answers;
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
}
