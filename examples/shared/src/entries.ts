// Every key of CACHE_KV.
import * as v from 'valibot';
import type { Category } from './categories';
import { ContentItem, MediaSnapshot } from './shapes';

export interface CacheEntry<T> {
  key: string;
  ttlSeconds: number;
  shape: v.GenericSchema<T>;
}

export const ENTRIES = {
  published: (category: Category): CacheEntry<ContentItem[]> => ({
    key: `cache:content:published:${category}`,
    ttlSeconds: 5 * 60,
    shape: v.array(ContentItem),
  }),
  featured: (): CacheEntry<ContentItem[]> => ({
    key: 'cache:content:featured',
    ttlSeconds: 30 * 60,
    shape: v.array(ContentItem),
  }),
  library: (userId: string): CacheEntry<ContentItem[]> => ({
    key: `cache:user:${userId}:library`,
    ttlSeconds: 5 * 60,
    shape: v.array(ContentItem),
  }),
  /** The app writes what the database says, the queue consumer what its transcoder says. */
  processingStatus: (mediaId: string): CacheEntry<MediaSnapshot> => ({
    key: `cache:media:processing-status:${mediaId}`,
    ttlSeconds: 60,
    shape: MediaSnapshot,
  }),
};

/** What is stored: the value and when it was loaded, so that a page can tell its age. */
export interface Stored<T> {
  loadedAt: number;
  value: T;
}

export const stored = <T>(value: T): Stored<T> => ({ loadedAt: Date.now(), value });

/** Whether what was read is what this version stores under the key. */
export function isStored<T>({ shape }: CacheEntry<T>, found: unknown): found is Stored<T> {
  return v.is(v.object({ loadedAt: v.number(), value: shape }), found);
}
