/** Shapes that pages and server code share. */

import type { Category } from 'example-shared/categories';

export { CATEGORIES, type Category } from 'example-shared/categories';
export type { ContentItem, MediaSnapshot } from 'example-shared/shapes';

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

/** How often somebody can try to sign in. */
export interface Attempts {
  left: number;
  limit: number;
  /** Until when there are none, as a person would say it; null when there are some. */
  wait: string | null;
}

/** A sign-in of this user that has not ended. */
export interface Device {
  id: string;
  name: string;
  since: number;
  isThisOne: boolean;
}
