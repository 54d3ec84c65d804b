import { CacheClient, RateLimiterClient, SessionCacheClient } from '@codex/cloudflare-clients';
import type { Handle } from '@sveltejs/kit';
import { building } from '$app/environment';

export const handle: Handle = async ({ event, resolve }) => {
  // While prerendering there are no bindings.
  if (building || !event.platform) return resolve(event);
  const { AUTH_SESSION_KV, RATE_LIMIT_KV, CACHE_KV } = event.platform.env;
  event.locals.cache = new CacheClient(CACHE_KV);
  event.locals.limiter = new RateLimiterClient(RATE_LIMIT_KV);
  event.locals.sessions = new SessionCacheClient(AUTH_SESSION_KV, { hashTokens: true });
  const token = event.cookies.get('session');
  event.locals.session = token ? await event.locals.sessions.get(token) : null;
  return resolve(event);
};
