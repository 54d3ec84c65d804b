// Idempotency keys that a client makes for one call of its own, and what marks them.
import { type Bad, refuse } from './checks.js';

/** @internal With it begins what clients name themselves: callers' keys must not. */
export const RESERVED = '\u0001';

/**
 * @internal A key that no caller has. The mark tells the object that nobody comes again with it but this client, so
 * that it is remembered for minutes, and not for as long as callers' keys (`OWN_KEY` in src/protocol/call_time.rs).
 */
export const ownKey = (): string => `${RESERVED}${crypto.randomUUID()}`;

/** @internal The error for a caller's key that looks like a client's own. */
export const notOwnKey = (key: unknown): Bad =>
  refuse(
    typeof key === 'string' && key.startsWith(RESERVED),
    'invalid_key',
    'An idempotency key must not begin with U+0001',
  );
