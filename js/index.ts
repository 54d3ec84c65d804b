/**
 * Sessions, rate limits and caching on Cloudflare KV; carts, sessions, exact limits, locks and counters on
 * Durable Objects.
 *
 * @packageDocumentation
 */
export {
  CacheClient,
  type CacheOptions,
  type ClearOptions,
  type ClearResult,
  type GetOrSetOptions,
} from './cache.js';
export {
  type AnySku,
  type CartChange,
  type CartLine,
  type CartMutationOptions,
  type CartReadOptions,
  type CartState,
  CartStoreClient,
  type CartStoreOptions,
  type MergePolicy,
  type Sku,
} from './cart.js';
export { CounterClient, type IncrementOptions } from './counter.js';
export { CloudflareClientsError, type ErrorCode } from './error.js';
export type { ClientEvent, EventClient, EventNote, OnEvent } from './events.js';
export type { KVHandle } from './handle.js';
export { KVClient, type KVEntry, type KVListedKey, type KVListOptions, type KVPutOptions } from './kv.js';
export {
  clientKey,
  RATE_LIMITS,
  type RateLimitAlgorithm,
  type RateLimitConfig,
  type RateLimitResult,
  rateLimitHeaders,
} from './limits.js';
export { type AcquireOptions, type Lock, LockClient } from './lock.js';
export type { LocationHint, ObjectClientOptions, ObjectHandle } from './objects.js';
export type { ClientOptions, WaitUntil } from './options.js';
export { RateLimiterClient, type RateLimiterOptions } from './rate_limit.js';
export {
  type CachedSession,
  SessionCacheClient,
  type SessionCacheOptions,
  type SessionInput,
  type SessionSetOptions,
} from './session.js';
export type { SessionRecord } from './session_record.js';
export { SessionStoreClient, type SessionStoreOptions } from './session_store.js';
