import { SessionCacheClient } from '@codex/cloudflare-clients';
import { betterAuth } from 'better-auth';
import { same } from './same.js';

declare const kv: KVNamespace;
const auth = betterAuth({ user: { additionalFields: { plan: { type: 'string' } } } });
const sessions = new SessionCacheClient(kv);

export async function cacheSession(headers: Headers) {
  const found = await auth.api.getSession({ headers });
  if (!found) return;
  same<typeof found.session.expiresAt, Date>();
  await sessions.set(found.session.token, found);
  const { session, user } = found;
  await sessions.set(session.token, { session, user });
}
