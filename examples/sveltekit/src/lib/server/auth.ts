import type { RequestEvent } from '@sveltejs/kit';
import { APIError, type BetterAuthOptions, betterAuth } from 'better-auth';
import { getCookies } from 'better-auth/cookies';
import { sveltekitCookies } from 'better-auth/svelte-kit';
import { SESSION_SECONDS } from 'example-shared/sessions';
import { getRequestEvent } from '$app/server';
import { authStorage } from './clients';
import { RENEW_AFTER_SECONDS } from './lifetimes';
import { authSecret, database } from './platform';
import { recordSession } from './session_records';
import { isSigned } from './signatures';

export { APIError };

const sharedOptions = {
  emailAndPassword: { enabled: true, minPasswordLength: 8, maxPasswordLength: 128 },
  session: { expiresIn: SESSION_SECONDS, updateAge: RENEW_AFTER_SECONDS },
  user: {
    additionalFields: {
      // input: false keeps the field out of what a sign-up may send. Everyone may
      // publish here; 'owner' is given by hand in the database.
      role: { type: 'string', input: false, required: true, defaultValue: 'creator' },
    },
  },
  // A wrong password is the visitor's business, not the log's.
  logger: { level: 'error' },
  advanced: { ipAddress: { ipAddressHeaders: ['cf-connecting-ip'] } },
} satisfies BetterAuthOptions;

/**
 * Made per request, and only by requests that need the database: a Worker's bindings
 * and promises belong to the request that got them.
 *
 * better-auth's own HTTP routes are not mounted. They would be a second way to sign in
 * that the limiter does not see.
 */
export function createAuth(event: RequestEvent) {
  const record = (session: Parameters<typeof recordSession>[1]) => recordSession(event, session);
  return betterAuth({
    ...sharedOptions,
    databaseHooks: { session: { create: { after: record }, update: { after: record } } },
    baseURL: event.url.origin,
    secret: authSecret(event),
    database: database(event),
    // Sessions and verifications in objects, where their last write is seen from everywhere and
    // each is deleted when its time is up; users and accounts in D1. Without it, all of it in D1.
    secondaryStorage: authStorage(event),
    plugins: [sveltekitCookies(getRequestEvent)],
  });
}

/** What better-auth makes. */
const TOKEN = /^[A-Za-z0-9]{32}$/;

/**
 * The session's token from better-auth's cookie, `token.signature`. A cookie that we
 * did not sign gives null, so a forged one reaches neither the cache nor the database.
 */
export async function verifiedToken(event: RequestEvent): Promise<string | null> {
  const { sessionToken } = getCookies({ ...sharedOptions, baseURL: event.url.origin });
  const cookie = event.cookies.get(sessionToken.name);
  if (!cookie || cookie.length > 512) return null;

  const dot = cookie.lastIndexOf('.');
  if (dot < 1) return null;
  const token = cookie.slice(0, dot);
  // Whatever else is signed with the secret is no session.
  if (!TOKEN.test(token)) return null;
  return (await isSigned(event, token, cookie.slice(dot + 1))) ? token : null;
}
