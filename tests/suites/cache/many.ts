import { CacheClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { type Backend, code, counted, down, faulty, full, unique } from '../../support/backend.js';
import { stopClock } from '../../support/time.js';

/** Many keys at a time. */
export function manyKeysSuite(backend: Backend): void {
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
}

/** What needs metadata and listing. */
export function fullSuite(backend: Backend): void {
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
