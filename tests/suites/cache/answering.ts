import { CacheClient } from '@codex/cloudflare-clients';
import { expect, it, vi } from 'vitest';
import { type Backend, counted, down, faulty, full, listening, unique } from '../../support/backend.js';
import { settled } from '../../support/time.js';

/** Where there is a `waitUntil`: a miss answers, then stores, and reads at the same time are one. */
export function answeringSuite(backend: Backend): void {
  const promises: Promise<unknown>[] = [];
  const waitUntil = (promise: Promise<unknown>) => void promises.push(promise);
  const stored = () => Promise.all(promises.splice(0));

  /** A KV whose first write waits until it is let go. */
  function slowWrites() {
    const gate = Promise.withResolvers<void>();
    const store = backend.kv();
    let puts = 0;
    const kv = faulty(store, (operation, args) =>
      operation === 'put' && puts++ === 0
        ? gate.promise.then(() => Reflect.apply(store.put, store, args))
        : undefined,
    );
    return { store, kv, letGo: gate.resolve };
  }

  it('answers before the write has ended, and with the loaded value meanwhile', async () => {
    const { store, kv, letGo } = slowWrites();
    const { kv: handle, count } = counted(kv);
    const cache = new CacheClient(handle, { waitUntil });
    const key = unique();
    expect(await cache.getOrSet(key, 60, () => ({ at: new Date(0) }))).toEqual({ at: new Date(0) });
    const reads = { ...count };
    const asJson = { at: '1970-01-01T00:00:00.000Z' };
    expect(await cache.getOrSet(key, 60, () => expect.fail('it was loaded'))).toEqual(asJson);
    expect(await new CacheClient(handle).get(key)).toEqual(asJson);
    expect(await cache.getMany([key])).toEqual(new Map([[key, asJson]]));
    expect(count).toEqual(reads);
    expect(await store.get(key, 'text')).toBeNull();
    letGo();
    await stored();
    expect(await store.get(key, 'text')).toBe(JSON.stringify(asJson));
  });

  it('tells when the write fails, and loads again', async () => {
    const { events, onEvent } = listening();
    const kv = faulty(backend.kv(), (operation) => (operation === 'put' ? down() : undefined));
    const cache = new CacheClient(kv, { waitUntil, onEvent });
    const key = unique();
    const load = vi.fn(() => 1);
    expect(await cache.getOrSet(key, 60, load)).toBe(1);
    await stored();
    const note = { operation: 'getOrSet', note: 'not_cached', code: 'kv_unavailable' };
    expect(events).toContainEqual(expect.objectContaining(note));
    expect(await cache.getOrSet(key, 60, load)).toBe(1);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it.each(['delete', 'deleteMany', 'clear', 'set'] as const)(
    '%s comes after a pending write',
    async (way) => {
      if (way === 'clear' && !backend.full) return;
      const { store, kv, letGo } = slowWrites();
      // More than one write in a second, as KV takes it when they are not as close as here.
      const written: unknown[] = [];
      const lenient = faulty(kv, (operation, [key, value]) => {
        if (operation === 'delete') return void written.push(['delete', key]);
        if (operation === 'put' && value === '"new"') {
          written.push(['put', key]);
          return Promise.resolve();
        }
        return undefined;
      });
      const cache = new CacheClient(lenient, { waitUntil });
      const key = unique();
      await cache.getOrSet(key, 60, () => 'old');
      const ends =
        way === 'set'
          ? cache.set(key, 'new', 60)
          : way === 'clear'
            ? cache.clear({ prefix: key })
            : way === 'delete'
              ? cache.delete(key)
              : cache.deleteMany([key]);
      await settled();
      // It waits for what was begun before.
      expect(written).toEqual([]);
      expect(await store.get(key, 'text')).toBeNull();
      letGo();
      await ends.catch((error) => expect(error.cause?.message ?? error.message).toMatch(/429|KV/));
      expect(written).toEqual([[way === 'set' ? 'put' : 'delete', key]]);
      await stored();
    },
  );

  it('reads once for calls at the same time, and again after an invalidation', async () => {
    const { kv, count } = counted(backend.kv());
    const read = () => (count.get ?? 0) + (count.getWithMetadata ?? 0);
    const key = unique();
    const many = () => Array.from({ length: 100 }, () => new CacheClient(kv, { waitUntil }).get(key));
    expect(await Promise.all(many())).toEqual(Array(100).fill(null));
    expect(read()).toBe(1);
    await stored();
    const before = new CacheClient(kv, { waitUntil }).get(key);
    await new CacheClient(kv, { waitUntil }).set(key, 'new', 60);
    expect(await new CacheClient(kv, { waitUntil }).get(key)).toBe('new');
    await before;
    expect(read()).toBe(3);
    await stored();
  });

  it('reads for itself what another call’s read does not answer', async () => {
    const key = unique();
    let reads = 0;
    const store = full(backend.kv());
    await store.put(key, '1', { expirationTtl: 60 });
    // The first read fails, as that of a request that has ended.
    const kv = faulty(store, (operation) =>
      operation.startsWith('get') && reads++ === 0 ? down() : undefined,
    );
    const answers = [1, 2, 3].map(() => new CacheClient(kv, { waitUntil }).get(key));
    const ends = await Promise.allSettled(answers);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    await stored();
  });
}
