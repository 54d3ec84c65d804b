import type { RequestEvent } from '@sveltejs/kit';
import type { Role, SessionSource, SessionUser } from '$lib/types';
import { createAuth, RENEW_AFTER_SECONDS, SESSION_SECONDS, verifiedToken } from './auth';
import { addTiming, optional, sessionCache } from './clients';
import { waitUntil } from './platform';

interface FoundSession {
  user: SessionUser;
  token: string;
  expiresAt: number;
  source: SessionSource;
  databaseMs: number | null;
}

/** Finds the session of a request and puts it in locals. */
export async function loadSession(event: RequestEvent): Promise<void> {
  const started = performance.now();
  const found = await findSession(event);
  if (!found) return;

  const { locals } = event;
  locals.user = found.user;
  locals.sessionToken = found.token;
  locals.sessionExpiresAt = found.expiresAt;
  locals.sessionSource = found.source;
  locals.sessionMs = performance.now() - started;
  locals.sessionDatabaseMs = found.databaseMs;
  addTiming(event, 'session', found.source, locals.sessionMs);
}

async function findSession(event: RequestEvent): Promise<FoundSession | null> {
  const token = await verifiedToken(event);
  if (!token) return null;

  const cached = await fromCache(event, token);
  if (cached && !dueForRenewal(cached.expiresAt)) return cached;
  try {
    return await fromDatabase(event, token);
  } catch (cause) {
    // A cached session outlives a database that cannot be reached.
    if (cached) return cached;
    throw cause;
  }
}

async function fromCache(event: RequestEvent, token: string): Promise<FoundSession | null> {
  // A KV that fails is a miss: the database decides, and nobody is signed out.
  const cached = await optional(() => sessionCache(event)?.get(token));
  if (!cached) return null;
  const { databaseMs } = cached.session as { databaseMs?: unknown };
  return {
    user: publicUser(cached.user),
    token,
    expiresAt: Date.parse(cached.session.expiresAt),
    source: 'kv',
    databaseMs: typeof databaseMs === 'number' ? databaseMs : null,
  };
}

async function fromDatabase(event: RequestEvent, token: string): Promise<FoundSession | null> {
  const started = performance.now();
  const found = await createAuth(event).api.getSession({ headers: event.request.headers });
  if (!found) return null;

  const databaseMs = performance.now() - started;
  const user = publicUser(found.user);
  const { id, userId, expiresAt } = found.session;
  // Only what the app reads goes into the cache, and how long the database took, to
  // show beside a later hit. Written after the answer: no visitor waits for it.
  const entry = {
    session: { id, userId, token, expiresAt, databaseMs },
    user: { ...user, emailVerified: found.user.emailVerified },
  };
  waitUntil(event)(optional(() => sessionCache(event)?.set(token, entry)));
  return { user, token, expiresAt: expiresAt.getTime(), source: 'database', databaseMs };
}

/**
 * better-auth renews a session when it is read from the database. A session that is
 * always found in KV would never be, so once half its life is gone it counts as a miss.
 */
function dueForRenewal(expiresAt: number): boolean {
  return expiresAt - Date.now() < (SESSION_SECONDS - RENEW_AFTER_SECONDS) * 1000;
}

function publicUser(user: { id: string; email: string; name: string; role: string }): SessionUser {
  const { id, email, name } = user;
  return { id, email, name, role: toRole(user.role) };
}

/** An unknown role is the least one. */
function toRole(role: string): Role {
  return role === 'owner' || role === 'creator' ? role : 'customer';
}

/** Ends this session: in the database first, which decides, then in the cache. */
export async function signOut(event: RequestEvent): Promise<void> {
  const token = event.locals.sessionToken;
  await createAuth(event).api.signOut({ headers: event.request.headers });
  if (token) await forget(event, () => sessionCache(event)?.delete(token));
  forgetLocals(event);
}

/** Ends every session of this user, on all devices. */
export async function signOutEverywhere(event: RequestEvent): Promise<void> {
  const userId = event.locals.user?.id;
  const auth = createAuth(event);
  await auth.api.revokeSessions({ headers: event.request.headers });
  await auth.api.signOut({ headers: event.request.headers });
  if (userId) await forget(event, () => sessionCache(event)?.deleteUserSessions(userId));
  forgetLocals(event);
}

/** One more try after the answer: an entry that stays would keep its session alive. */
async function forget<T>(event: RequestEvent, remove: () => Promise<T> | undefined): Promise<void> {
  const removed = await optional(async () => {
    await remove();
    return true;
  });
  if (!removed) waitUntil(event)(optional(remove));
}

function forgetLocals({ locals }: RequestEvent): void {
  locals.user = null;
  locals.sessionToken = null;
  locals.sessionExpiresAt = null;
  locals.sessionSource = null;
}
