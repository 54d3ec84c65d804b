import type { D1Database } from '@cloudflare/workers-types';
import { error, type RequestEvent } from '@sveltejs/kit';
import { building } from '$app/environment';
import type { SessionHome } from '$lib/types';

type Env = App.Platform['env'];

/**
 * The bindings of this request. While SvelteKit prerenders there are none: reading
 * one of platform.env's members throws then, so it is not touched.
 */
export function bindings(event: RequestEvent): Partial<Env> {
  if (building) return {};
  return event.platform?.env ?? {};
}

export function database(event: RequestEvent): D1Database {
  const { DB } = bindings(event);
  if (!DB) {
    console.error('The D1 binding DB is missing: see d1_databases in wrangler.jsonc.');
    error(503, 'The database is not connected.');
  }
  return DB;
}

/** Where better-auth keeps its sessions. */
export const sessionHome = (event: RequestEvent): SessionHome =>
  bindings(event).AUTH_DO ? 'object' : 'database';

export function authSecret(event: RequestEvent): string {
  const { AUTH_SECRET } = bindings(event);
  if (!AUTH_SECRET || AUTH_SECRET.length < 32) {
    console.error(
      'AUTH_SECRET is missing or shorter than 32 characters. Locally: copy .dev.vars.example ' +
        'to .dev.vars. In production: npx wrangler secret put AUTH_SECRET.',
    );
    error(503, 'Sign-in is not configured yet.');
  }
  return AUTH_SECRET;
}

/** Lets work go on after the answer was sent; on its own where there is no context. */
export function waitUntil(event: RequestEvent): (work: Promise<unknown>) => void {
  const ctx = building ? undefined : event.platform?.ctx;
  return (work) => {
    if (ctx) ctx.waitUntil(work);
    else void work.catch(() => {});
  };
}

/** The address that connected, or one name for all where there is none. */
export function clientAddress(event: RequestEvent): string {
  try {
    return event.getClientAddress() || 'unknown';
  } catch {
    return 'unknown';
  }
}
