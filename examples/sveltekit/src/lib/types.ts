/** Shapes that pages and server code share. */

export const CATEGORIES = ['guides', 'films', 'audio'] as const;
export type Category = (typeof CATEGORIES)[number];

export const CATEGORY_NAMES: Record<Category, string> = {
  guides: 'Guides',
  films: 'Films',
  audio: 'Audio',
};

export type Role = 'customer' | 'creator' | 'owner';

export interface SessionUser {
  id: string;
  email: string;
  name: string;
  role: Role;
}

export type SessionSource = 'kv' | 'database';

export interface ContentItem {
  id: string;
  category: Category;
  title: string;
  summary: string;
  author: string;
  publishedAt: number;
}

export interface MediaSnapshot {
  status: 'waiting' | 'transcoding' | 'packaging' | 'ready';
  /** 0 to 100, at the moment the database was asked. */
  progress: number;
  startedAt: number | null;
  /** When the job should be over; null when it was never started. */
  readyAt: number | null;
}

/** What the cache did for one read. */
export interface CacheReport {
  key: string;
  ttlSeconds: number;
  source: 'kv' | 'database';
  /** Age of the value when the page was made. */
  ageMs: number;
  /** How long the read took, loading included. */
  ms: number;
  /** False when there is no CACHE_KV binding. */
  bound: boolean;
}
