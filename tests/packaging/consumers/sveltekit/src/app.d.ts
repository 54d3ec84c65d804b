import type { KVNamespace } from '@cloudflare/workers-types';
import type {
  CacheClient,
  CachedSession,
  RateLimiterClient,
  SessionCacheClient,
} from '@codex/cloudflare-clients';

declare global {
  namespace App {
    interface Locals {
      cache: CacheClient;
      limiter: RateLimiterClient;
      sessions: SessionCacheClient;
      session: CachedSession | null;
    }
    interface Platform {
      env: { AUTH_SESSION_KV: KVNamespace; RATE_LIMIT_KV: KVNamespace; CACHE_KV: KVNamespace };
    }
  }
}
