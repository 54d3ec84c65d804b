import { SessionCacheClient } from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import type { AuthStorageDurableObject } from '@codex/cloudflare-clients/durable-objects';
import {
  type BetterAuthOptions,
  type BetterAuthRateLimitStorage,
  betterAuth,
  type SecondaryStorage,
} from 'better-auth';
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

// What goes into better-auth is what it asks for, and nothing of it is missing.
declare const objects: DurableObjectNamespace<AuthStorageDurableObject>;
const storage: SecondaryStorage = secondaryStorage(objects);
const limiter: BetterAuthRateLimitStorage = rateLimitStorage(objects);
same<Exclude<keyof ReturnType<typeof secondaryStorage>, 'listKeys' | 'clear'>, keyof SecondaryStorage>();
same<keyof ReturnType<typeof rateLimitStorage>, keyof BetterAuthRateLimitStorage>();
betterAuth({ secondaryStorage: storage, rateLimit: { enabled: true, storage: 'secondary-storage' } });
betterAuth({
  secondaryStorage: secondaryStorage(objects, { locationHint: 'weur', onEvent() {} }),
  rateLimit: { enabled: true, customStorage: limiter },
} satisfies BetterAuthOptions);
declare const unnamed: DurableObjectNamespace;
secondaryStorage(unnamed);
// @ts-expect-error a KV namespace is no namespace of objects
secondaryStorage(kv);
