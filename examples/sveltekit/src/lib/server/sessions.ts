import { error, isHttpError, type RequestEvent } from '@sveltejs/kit';
import { SESSION_SECONDS } from 'example-shared/sessions';
import type { Role, SessionSource, SessionUser } from '$lib/types';
import { createAuth, verifiedToken } from './auth';
import { addTiming, optional, sessionCache, sessionStore } from './clients';
import { isMisconfigured, report } from './failures';
import { RENEW_AFTER_SECONDS } from './lifetimes';
import { sessionHome, waitUntil } from './platform';

interface FoundSession {
  id: string;
  user: SessionUser;
  token: string;
  expiresAt: number;
  source: SessionSource;
  homeMs: number | null;
}

/** Finds the session of a request and puts it in locals. */
export async function loadSession(event: RequestEvent): Promise<void> {
  const started = performance.now();
  const found = await findSession(event).catch(notNow);
  if (!found) return;

  const { locals } = event;
  locals.user = found.user;
  locals.sessionId = found.id;
  locals.sessionToken = found.token;
  locals.sessionExpiresAt = found.expiresAt;
  locals.sessionSource = found.source;
  locals.sessionMs = performance.now() - started;
  locals.sessionHomeMs = found.homeMs;
  addTiming(event, 'session', found.source, locals.sessionMs);
}

/** Neither signed in nor signed out: whoever cannot be checked is asked to come back. */
function notNow(cause: unknown): never {
  if (isHttpError(cause)) throw cause;
  report('A session could not be checked', cause);
  error(503, 'Your session cannot be checked right now. Please try again in a moment.');
}

async function findSession(event: RequestEvent): Promise<FoundSession | null> {
  const token = await verifiedToken(event);
  if (!token) return null;

  const cache = sessionCache(event);
  let source: SessionSource = 'kv';
  const load = () => {
    source = sessionHome(event);
    return loadEntry(event, token);
  };
  // KV or the object of the revocations failing is a miss: better-auth decides, and nobody is
  // signed out.
  let entry = await (cache ? cache.getOrLoad(token, load) : load());
  if (entry && source === 'kv' && dueForRenewal(entry)) {
    const asOf = Date.now();
    // A cached session outlives a home that cannot be reached, and not one that is bound wrongly.
    const renewed = await load().catch((cause) => {
      if (isMisconfigured(cause) || isHttpError(cause)) throw cause;
      report('A session could not be renewed', cause);
      return undefined;
    });
    if (renewed) await optional(() => cache?.set(token, renewed, { asOf }));
    if (renewed === undefined) source = 'kv';
    else entry = renewed;
  }
  return entry && found(entry, token, source);
}

/** What the app reads of a session, and how long its home took, to show beside a later hit. */
interface Entry {
  session: { id: string; userId: string; token: string; expiresAt: string; homeMs?: number };
  user: SessionUser & { emailVerified: boolean };
}

async function loadEntry(event: RequestEvent, token: string): Promise<Entry | null> {
  const started = performance.now();
  const found = await createAuth(event).api.getSession({ headers: event.request.headers });
  if (!found) return null;

  const homeMs = performance.now() - started;
  const { id, userId, expiresAt } = found.session;
  return {
    session: { id, userId, token, expiresAt: new Date(expiresAt).toISOString(), homeMs },
    user: { ...publicUser(found.user), emailVerified: found.user.emailVerified },
  };
}

function found({ session, user }: Entry, token: string, source: SessionSource): FoundSession {
  const { id, expiresAt, homeMs = null } = session;
  return { id, user: publicUser(user), token, expiresAt: Date.parse(expiresAt), source, homeMs };
}

/**
 * better-auth renews a session when it is read at its home. A session that is
 * always found in KV would never be, so once half its life is gone it counts as a miss.
 */
function dueForRenewal({ session }: Pick<Entry, 'session'>): boolean {
  return Date.parse(session.expiresAt) - Date.now() < (SESSION_SECONDS - RENEW_AFTER_SECONDS) * 1000;
}

function publicUser(user: { id: string; email: string; name: string; role: string }): SessionUser {
  const { id, email, name } = user;
  return { id, email, name, role: toRole(user.role) };
}

/** An unknown role is the least one. */
function toRole(role: string): Role {
  return role === 'owner' || role === 'creator' ? role : 'customer';
}

/** Ends this session: where better-auth keeps it, which decides, then in the cache. */
export async function signOut(event: RequestEvent): Promise<void> {
  const { sessionId: id, sessionToken: token } = event.locals;
  await createAuth(event).api.signOut({ headers: event.request.headers });
  if (id && token) await forgetSession(event, { id, token });
  forgetLocals(event);
}

/** Ends every session of this user, on all devices. */
export async function signOutEverywhere(event: RequestEvent): Promise<void> {
  const userId = event.locals.user?.id;
  const auth = createAuth(event);
  await auth.api.revokeSessions({ headers: event.request.headers });
  await auth.api.signOut({ headers: event.request.headers });
  if (userId) {
    await forget(event, () => sessionCache(event)?.deleteUserSessions(userId));
    await forget(event, () => sessionStore(event)?.revokeAll(userId));
  }
  forgetLocals(event);
}

/** Takes a session that has ended out of the cache and off the list of devices. */
export async function forgetSession(
  event: RequestEvent,
  { id, token }: { id: string; token: string },
): Promise<void> {
  await forget(event, () => sessionCache(event)?.delete(token));
  await forget(event, () => sessionStore(event)?.delete(id));
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
  locals.sessionId = null;
  locals.sessionToken = null;
  locals.sessionExpiresAt = null;
  locals.sessionSource = null;
}
