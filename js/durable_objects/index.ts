/**
 * The classes of the Durable Objects, for the Worker that owns them. It exports classes and nothing else,
 * so that `export * from '@codex/cloudflare-clients/durable-objects'` is all that a Worker needs. Anywhere else than in
 * a Worker's own entry the import throws `misconfigured`: Node and browsers have no `cloudflare:workers`.
 *
 * @packageDocumentation
 */
export { AuthStorageDurableObject } from '../auth_storage/object.js';
export { CartDurableObject } from '../cart/object.js';
export { CoordinationDurableObject } from '../coordination/object.js';
export { RateLimitDurableObject } from '../rate_limit/object.js';
export { SessionDurableObject } from '../session/object.js';
export type { Reply } from './reply.js';
