import { SessionCacheClient } from '@codex/cloudflare-clients';
import { auth } from '@codex/auth';
import { sequence } from '@sveltejs/kit/hooks';
import type { Handle } from '@sveltejs/kit';

// Session validation with KV caching
const sessionHandler: Handle = async ({ event, resolve }) => {
  const sessionCookie = event.cookies.get('codex-session');

  if (!sessionCookie) {
    event.locals.session = null;
    event.locals.user = null;
    return resolve(event);
  }

  // Get KV namespace from platform
  const kv = event.platform?.env?.AUTH_SESSION_KV;

  if (kv) {
    // Use session cache client
    const sessionCache = new SessionCacheClient(kv);
    const cached = await sessionCache.get(sessionCookie);

    if (cached) {
      // Cache hit!
      event.locals.session = cached.session;
      event.locals.user = cached.user;
      return resolve(event);
    }
  }

  // Cache miss or KV unavailable: fetch from database
  try {
    const found = await auth.api.getSession({
      headers: event.request.headers,
    });

    if (found) {
      const { session, user } = found;
      event.locals.session = session;
      event.locals.user = user;

      // Populate cache if KV available
      if (kv) {
        const sessionCache = new SessionCacheClient(kv);
        await sessionCache.set(sessionCookie, {
          session,
          user,
        });
      }
    } else {
      event.locals.session = null;
      event.locals.user = null;
    }
  } catch (error) {
    console.error('Session validation error:', error);
    event.locals.session = null;
    event.locals.user = null;
  }

  return resolve(event);
};

export const handle = sequence(sessionHandler);
