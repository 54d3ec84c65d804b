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

/** Where better-auth keeps its sessions: in an object when one is bound, or else in D1. */
export type SessionHome = 'object' | 'database';
export type SessionSource = 'kv' | SessionHome;

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

/** One line of a cart. What it costs is in the catalogue, by `id`. */
export interface CartItem {
  /** Names the line: a product in one size. */
  key: string;
  id: string;
  size: string | null;
  qty: number;
}

/** A sign-in of this user that has not ended. */
export interface Device {
  id: string;
  name: string;
  since: number;
  isThisOne: boolean;
}
