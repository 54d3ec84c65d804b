/**
 * The classes of the Durable Objects, for the Worker that owns them. It exports classes and nothing else,
 * so that `export * from '@codex/cloudflare-clients/durable-objects'` is all that a Worker needs.
 *
 * @packageDocumentation
 */
export { AuthStorageDurableObject } from './auth_storage.js';
export type { Reply } from './base.js';
export { CartDurableObject } from './cart.js';
export { CoordinationDurableObject } from './coordination.js';
export { RateLimitDurableObject } from './rate_limit.js';
export { SessionDurableObject } from './session.js';
