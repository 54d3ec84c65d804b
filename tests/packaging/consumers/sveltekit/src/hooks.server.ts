import { CacheClient, RateLimiterClient, SessionCacheClient } from '@codex/cloudflare-clients';
import type { Handle } from '@sveltejs/kit';
import { building } from '$app/environment';

// A prerendered page has no bindings: neither while building, nor under `vite dev`.
const prerendered = ['/about'];

export const handle: Handle = async ({ event, resolve }) => {
  if (building || !event.platform || prerendered.includes(event.url.pathname)) return resolve(event);
  const { AUTH_SESSION_KV, RATE_LIMIT_KV, CACHE_KV } = event.platform.env;
  event.locals.cache = new CacheClient(CACHE_KV);
  event.locals.limiter = new RateLimiterClient(RATE_LIMIT_KV);
  event.locals.sessions = new SessionCacheClient(AUTH_SESSION_KV, { hashTokens: true });
  const token = event.cookies.get('session');
  event.locals.session = token ? await event.locals.sessions.get(token) : null;
  return resolve(event);
};
