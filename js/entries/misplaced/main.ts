// The main entry in a browser. Its names are index.ts's.
import { serverOnly } from './refusal.js';

export const {
  CacheClient,
  CartStoreClient,
  CloudflareClientsError,
  CounterClient,
  clientKey,
  ERROR_CODES,
  KVClient,
  LockClient,
  RATE_LIMITS,
  RateLimiterClient,
  rateLimitHeaders,
  SessionCacheClient,
  SessionStoreClient,
} = serverOnly('@codex/cloudflare-clients');
