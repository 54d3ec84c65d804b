import { CacheClient, KVClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { type Backend, listening, unique } from '../../support/backend.js';
import { settled } from '../../support/time.js';

/** Within an isolate an invalidation is never undone by a load that began before. */
export function invalidationSuite(backend: Backend): void {
  const ways: Record<string, (cache: CacheClient, key: string) => Promise<unknown>> = {
    delete: (cache, key) => cache.delete(key),
    deleteMany: (cache, key) => cache.deleteMany([unique(), key]),
    set: (cache, key) => cache.set(key, 'new', 60),
    ...(backend.full && { clear: (cache, key) => cache.clear({ prefix: key }) }),
  };
  const others = ['KVClient.delete', 'KVClient.put'];

  it.each([...Object.keys(ways), ...others])('%s ends the loads that began before', async (way) => {
    const { events, onEvent } = listening();
    const kv = backend.kv();
    const cache = new CacheClient(kv, { onEvent });
    const key = unique();
    const old = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const slow = () => {
      begun.resolve();
      return old.promise;
    };
    const first = cache.getOrSet(key, 60, slow);
    await begun.promise;
    const joined = new CacheClient(kv).getOrSet(key, 60, slow);
    // It has read, and joined.
    await cache.get(unique());
    await settled();
    if (way === 'KVClient.put') await new KVClient(kv).put(key, '"new"', { expirationTtl: 60 });
    else if (way === 'KVClient.delete') await new KVClient(kv).delete(key);
    else await ways[way]?.(cache, key);
    // Nobody joins the old load.
    expect(await cache.getOrSet(key, 60, () => 'new')).toBe('new');
    old.resolve('old');
    // Its result goes to its own callers, and nowhere else.
    expect(await Promise.all([first, joined])).toEqual(['old', 'old']);
    expect(events).toContainEqual(expect.objectContaining({ note: 'not_cached', code: 'conflict' }));
    expect(await cache.get(key)).not.toBe('old');
    expect(await kv.get(key, 'text')).not.toBe('"old"');
  });

  it('a load that has joined nobody is ended as well', async () => {
    const kv = backend.kv();
    const key = unique();
    const never = { joinTimeoutMs: 5 };
    void new CacheClient(kv).getOrSet(key, 60, () => new Promise<string>(() => {}), never);
    const old = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const second = new CacheClient(kv).getOrSet(
      key,
      60,
      () => {
        begun.resolve();
        return old.promise;
      },
      never,
    );
    await begun.promise;
    await new CacheClient(kv).delete(key);
    old.resolve('old');
    expect(await second).toBe('old');
    expect(await new CacheClient(kv).get(key)).toBeNull();
  });
}
