// Views of cached sessions, records, and the replies of objects, for src/session.

import { type Kv, kvDelete, kvPut } from './kv.js';

interface Stored {
  sessionId: string;
  customerId: string;
  userAgent: string;
  createdAt: number;
}

/** When a cached session expires, in ms since the epoch; NaN for a value that is no session. */
export function sessionExpiry(
  value: { session?: { expiresAt?: unknown } | null; user?: unknown } | null,
): number {
  // The value was parsed from JSON, so reading it does not throw.
  const session = value?.session;
  const user = value?.user;
  if (typeof session !== 'object' || session === null) return Number.NaN;
  if (typeof user !== 'object' || user === null) return Number.NaN;
  const { expiresAt } = session;
  return typeof expiresAt === 'string' && expiresAt.length <= 64 ? Date.parse(expiresAt) : Number.NaN;
}

/**
 * The id of a cached session's user as text: that of a database may be a number. Empty when there is none, undefined for
 * what is no id.
 */
export function sessionUser({ session, user }: CachedUser): string | undefined {
  const id = session.userId ?? user.id ?? '';
  if (typeof id === 'string') return id.length <= MAX_ID_LENGTH ? id : undefined;
  return Number.isSafeInteger(id) ? String(id) : undefined;
}

interface CachedUser {
  session: { userId?: unknown };
  user: { id?: unknown };
}

const MAX_ID_LENGTH = 512;

/** Whether what a loader gave says that there is no session: `{ session: null, user: null }`. */
export function saysNone(data: { session?: unknown; user?: unknown }): boolean {
  try {
    return data.session === null && data.user === null;
  } catch {
    return false;
  }
}

export const sessionRecord = (
  sessionId: string,
  customerId: string,
  userAgent: string,
  createdAt: number,
) => ({ sessionId, customerId, userAgent, createdAt: new Date(createdAt) });

/** Of a record as version 0.1 has stored it: its id, its user agent, its creation in ms. */
export function sessionParts(text: string): unknown[] {
  const { sessionId, userAgent, createdAt } = JSON.parse(text) as Stored;
  return [sessionId, userAgent, createdAt];
}

export const sessionPlace = (customerId: string, tick: number, kept: boolean) =>
  kept ? { customerId, tick, kept } : { customerId, tick };

export const sessionIndex = (at: number, tick: number, ids: string[], ticks: number[]) => ({
  at,
  tick,
  ids,
  ticks,
});

export const revocations = (at: number, revokedAt: number, tokens: string[], moments: number[]) => ({
  at,
  revokedAt,
  tokens,
  moments,
});

export const tokenState = (at: number, revokedAt: number, users: string[], untils: number[]) => ({
  at,
  revokedAt,
  users,
  untils,
});

/**
 * Writes a session, and beside it the entry by which its user's sessions are found. Where only the entry fails, the
 * session is deleted again, since it could not be found. A process that ends between the two may leave such a session,
 * until it is loaded again.
 */
export function sessionPut(
  kv: Kv,
  key: string,
  text: string,
  seconds: number,
  asOf: number,
  index: string | undefined,
): unknown {
  const put = (key: string, text: string, metadata: unknown) =>
    kvPut(kv, key, text, seconds, undefined, metadata);
  const metadata = Number.isNaN(asOf) ? undefined : { asOf };
  if (index === undefined) return put(key, text, metadata);
  return both(put(index, '', { key }), put(key, text, metadata), () => kvDelete(kv, key));
}

async function both(index: unknown, session: unknown, undo: () => unknown): Promise<void> {
  const [indexed, stored] = await Promise.allSettled([index, session]);
  if (indexed.status === 'rejected' && stored.status === 'fulfilled') await Promise.allSettled([undo()]);
  for (const end of [indexed, stored]) if (end.status === 'rejected') throw end.reason;
}
