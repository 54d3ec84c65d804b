/**
 * What is safe in a browser: constants, errors, and the types of what clients return. No WebAssembly. The main entry
 * exports all of it, too.
 *
 * @packageDocumentation
 */
export type { AnySku, CartChange, CartLine, CartState, MergePolicy, Sku } from './cart/cart.js';
export { CloudflareClientsError, ERROR_CODES, type ErrorCode } from './core/error.js';
export type { ClientEvent, EventClient, EventNote, OnEvent } from './core/events.js';
export type { Jsonify, Storable } from './core/json_types.js';
export { clientKey } from './rate_limit/address.js';
export { rateLimitHeaders } from './rate_limit/headers.js';
export {
  RATE_LIMITS,
  type RateLimitAlgorithm,
  type RateLimitConfig,
  type RateLimitResult,
} from './rate_limit/limit.js';
export type {
  CachedSession,
  NoSession,
  SessionInput,
  SettableSession,
  StoredSession,
} from './session/cached_session.js';
export type { SessionRecord, SessionRecordInput } from './session/record.js';
