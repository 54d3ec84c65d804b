/**
 * Sessions, rate limits and caching on Cloudflare KV; carts, sessions, exact limits, locks and counters on
 * Durable Objects. For servers: in a browser the import throws `misconfigured`, and pages import `./shared`.
 *
 * @packageDocumentation
 */
export {
  CacheClient,
  type CacheOptions,
  type ClearOptions,
  type ClearResult,
  type GetOrSetOptions,
} from './cache/client.js';
export type {
  CartIncrementOptions,
  CartMutationOptions,
  CartReadOptions,
  CartStoreOptions,
} from './cart/cart.js';
export { CartStoreClient } from './cart/client.js';
export { CounterClient, type IncrementOptions } from './coordination/counter_client.js';
export type { AcquireOptions, Lock, WithLockOptions } from './coordination/lock.js';
export { LockClient } from './coordination/lock_client.js';
export type { KVHandle } from './core/kv_handle.js';
export type {
  CartObjects,
  CoordinationObjects,
  LocationHint,
  ObjectClass,
  ObjectClientOptions,
  ObjectHandle,
  RateLimitObjects,
  SessionObjects,
} from './core/namespace.js';
export type { ClientOptions, WaitUntil } from './core/options.js';
export {
  KVClient,
  type KVEntry,
  type KVListedKey,
  type KVListOptions,
  type KVPutOptions,
} from './kv/client.js';
export { RateLimiterClient, type RateLimiterOptions } from './rate_limit/client.js';
export { SessionCacheClient } from './session/cache_client.js';
export type { SessionCacheOptions, SessionSetOptions } from './session/cache_options.js';
export { SessionStoreClient, type SessionStoreOptions } from './session/store_client.js';
export * from './shared.js';
