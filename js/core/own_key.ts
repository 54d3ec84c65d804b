// Ids that a client makes: idempotency keys for one call of its own, with what marks them, and others.
import { type Bad, refuse } from './checks.js';
import { CloudflareClientsError } from './error.js';

/** @internal With it begins what clients name themselves: callers' keys must not. */
export const RESERVED = '\u0001';

/**
 * @internal A key that no caller has. The mark tells the object that nobody comes again with it but this client, so
 * that it is remembered for minutes, and not for as long as callers' keys (`OWN_KEY` in src/protocol/call_time.rs).
 */
export const ownKey = (): string => `${RESERVED}${randomId()}`;

/** @internal A UUID. At module scope workerd makes none, which is the first that some calls do. */
export function randomId(): string {
  try {
    return crypto.randomUUID();
  } catch (cause) {
    const message =
      'Called outside of a request (see cause). Call it in a handler: at module scope a Worker can do no I/O';
    throw new CloudflareClientsError('misconfigured', message, { cause });
  }
}

/** @internal The error for a caller's key that looks like a client's own. */
export const notOwnKey = (key: unknown): Bad =>
  refuse(
    typeof key === 'string' && key.startsWith(RESERVED),
    'invalid_key',
    'An idempotency key must not begin with U+0001',
  );
