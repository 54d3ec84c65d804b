import type { RequestEvent } from '@sveltejs/kit';
import type { CacheReport, Category } from '$lib/types';
import { contentCache, optional } from './clients';
import { bindings } from './platform';

export interface CacheEntry {
  key: string;
  ttlSeconds: number;
}

/** Every key the app writes to CACHE_KV, with how long it is kept. */
export const ENTRIES = {
  published: (category: Category): CacheEntry => ({
    key: `cache:content:published:${category}`,
    ttlSeconds: 5 * 60,
  }),
  featured: (): CacheEntry => ({ key: 'cache:content:featured', ttlSeconds: 30 * 60 }),
  library: (userId: string): CacheEntry => ({
    key: `cache:user:${userId}:library`,
    ttlSeconds: 5 * 60,
  }),
  processingStatus: (mediaId: string): CacheEntry => ({
    key: `cache:media:processing-status:${mediaId}`,
    ttlSeconds: 60,
  }),
};

/** What is stored: the value and when it was loaded, so that a page can tell its age. */
interface Stored<T> {
  loadedAt: number;
  value: T;
}

interface ReadOptions<T> {
  /** A cached value that this refuses is loaded anew. */
  stillGood?: (value: T) => boolean;
}

/** Reads through the cache, and from the database alone when there is none. */
export async function readThrough<T>(
  event: RequestEvent,
  entry: CacheEntry,
  load: () => Promise<T>,
  { stillGood = () => true }: ReadOptions<T> = {},
): Promise<{ value: T; cache: CacheReport }> {
  const started = performance.now();
  let fromKv = false;
  const cache = contentCache(event, ({ hit }) => (fromKv ||= hit === true));
  const loader = async (): Promise<Stored<T>> => ({ loadedAt: Date.now(), value: await load() });

  // All that is cached here is JSON, and the same when it comes back.
  let stored = (await (cache?.getOrSet(entry.key, entry.ttlSeconds, loader) ?? loader())) as Stored<T>;
  if (fromKv && !stillGood(stored.value)) {
    fromKv = false;
    stored = await loader();
    await optional(() => cache?.set<unknown>(entry.key, stored, entry.ttlSeconds));
  }
  return {
    value: stored.value,
    cache: {
      ...entry,
      source: fromKv ? 'kv' : 'database',
      ageMs: Math.max(0, Date.now() - stored.loadedAt),
      ms: performance.now() - started,
      bound: bindings(event).CACHE_KV !== undefined,
    },
  };
}

/**
 * Removes entries after a change. False when KV did not take it: the change holds, and
 * old lists go when their time is up.
 */
export async function invalidate(event: RequestEvent, entries: CacheEntry[]): Promise<boolean> {
  const cache = contentCache(event);
  if (!cache) return true;
  const removed = await optional(async () => {
    await cache.deleteMany(entries.map(({ key }) => key));
    return true;
  });
  return removed ?? false;
}
