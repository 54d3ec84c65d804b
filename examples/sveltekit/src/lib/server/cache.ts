import type { RequestEvent } from '@sveltejs/kit';
import { type CacheEntry, isStored, stored } from 'example-shared/entries';
import type { CacheReport } from '$lib/types';
import { contentCache, optional } from './clients';
import { bindings } from './platform';

interface ReadOptions<T> {
  /** A cached value that this refuses is loaded anew. */
  stillGood?: (value: T) => boolean;
}

/** Reads through the cache, and from the database alone when there is none. */
export async function readThrough<T>(
  event: RequestEvent,
  entry: CacheEntry<T>,
  load: () => Promise<T>,
  { stillGood = () => true }: ReadOptions<T> = {},
): Promise<{ value: T; cache: CacheReport }> {
  const { key, ttlSeconds } = entry;
  const started = performance.now();
  let fromKv = false;
  const cache = contentCache(event, ({ hit }) => (fromKv ||= hit === true));
  const loader = async () => stored(await load());

  // What was loaded is JSON, and the same when it comes back. What was found may be of another version of this app.
  let found: unknown = await (cache?.getOrSet(key, ttlSeconds, loader) ?? loader());
  if (fromKv && !(isStored(entry, found) && stillGood(found.value))) {
    fromKv = false;
    const loaded = await loader();
    await optional(() => cache?.set<unknown>(key, loaded, ttlSeconds));
    found = loaded;
  }
  const { loadedAt, value } = found as Awaited<ReturnType<typeof loader>>;
  return {
    value,
    cache: {
      key,
      ttlSeconds,
      source: fromKv ? 'kv' : 'database',
      ageMs: Math.max(0, Date.now() - loadedAt),
      ms: performance.now() - started,
      bound: bindings(event).CACHE_KV !== undefined,
    },
  };
}

/**
 * Removes entries after a change. False when KV did not take it: the change holds, and
 * old lists go when their time is up.
 */
export async function invalidate(
  event: RequestEvent,
  entries: Pick<CacheEntry<unknown>, 'key'>[],
): Promise<boolean> {
  const cache = contentCache(event);
  if (!cache) return true;
  const removed = await optional(async () => {
    await cache.deleteMany(entries.map(({ key }) => key));
    return true;
  });
  return removed ?? false;
}
