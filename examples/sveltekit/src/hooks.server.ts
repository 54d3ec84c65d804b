import { type Handle, json } from '@sveltejs/kit';
import { sequence } from '@sveltejs/kit/hooks';
import { building } from '$app/environment';
import { loadSession } from '$lib/server/sessions';

/**
 * Pages in the (static) group are prerendered: they have no visitor and no platform,
 * neither while building nor under `vite dev`.
 */
function isStatic(routeId: string | null): boolean {
  return building || routeId?.startsWith('/(static)') === true;
}

const start: Handle = ({ event, resolve }) => {
  Object.assign(event.locals, {
    user: null,
    sessionExpiresAt: null,
    sessionId: null,
    sessionToken: null,
    sessionSource: null,
    sessionMs: 0,
    sessionHomeMs: null,
    cart: null,
    cartIsNew: false,
    timings: [],
  } satisfies App.Locals);
  return resolve(event);
};

/**
 * Programs get JSON, also of what is wrong: SvelteKit would send its error page to those that say nothing of what they
 * accept.
 */
const api: Handle = ({ event, resolve }) => {
  if (!event.url.pathname.startsWith('/api/')) return resolve(event);
  if (!event.route.id?.startsWith('/api/'))
    return json({ message: 'There is nothing here.' }, { status: 404 });
  const headers = new Headers(event.request.headers);
  headers.set('accept', 'application/json');
  event.request = new Request(event.request, { headers });
  return resolve(event);
};

const session: Handle = async ({ event, resolve }) => {
  if (!isStatic(event.route.id)) await loadSession(event);
  return resolve(event);
};

const headers: Handle = async ({ event, resolve }) => {
  const response = await resolve(event);
  if (building) return response;
  response.headers.set('x-content-type-options', 'nosniff');
  response.headers.set('referrer-policy', 'strict-origin-when-cross-origin');
  if (!isStatic(event.route.id)) {
    // The adapter looks in the edge cache before any of this runs: a page that
    // depends on who asks must never get there.
    response.headers.set('cache-control', 'private, no-cache');
  }
  if (event.locals.timings.length > 0) {
    response.headers.set('server-timing', event.locals.timings.join(', '));
  }
  return response;
};

export const handle = sequence(start, headers, api, session);
