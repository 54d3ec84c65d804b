import type { ObjectHandle } from '@codex/cloudflare-clients';
import {
  type AuthRateLimitStorage,
  type AuthSecondaryStorage,
  CloudflareClientsError,
  rateLimitStorage,
  secondaryStorage,
} from '@codex/cloudflare-clients/better-auth';
import { same } from './same.js';

// Here nothing of better-auth is imported, and nothing of it is needed.
declare const objects: ObjectHandle;
const storage = secondaryStorage(objects, { timeoutMs: 1_000, slowMs: 50, jurisdiction: 'eu' });
same<typeof storage, AuthSecondaryStorage>();
same<ReturnType<typeof storage.get>, Promise<string | null>>();
same<ReturnType<typeof storage.getAndDelete>, Promise<string | null>>();
same<ReturnType<typeof storage.increment>, Promise<number>>();
same<Parameters<typeof storage.set>, [key: string, value: string, ttl?: number | undefined]>();

const limiter = rateLimitStorage(objects);
same<typeof limiter, AuthRateLimitStorage>();
same<Awaited<ReturnType<typeof limiter.consume>>, { allowed: boolean; retryAfter: number | null }>();

// @ts-expect-error values are text
storage.set('key', { session: {} });
// @ts-expect-error a counter needs its window
storage.increment('key');
// @ts-expect-error not a namespace
secondaryStorage({ get() {} });
// @ts-expect-error misspelt
secondaryStorage(objects, { timeout: 5 });

export const isOurs = (error: unknown) => error instanceof CloudflareClientsError && error.code;
