// Idempotency keys that a client makes for one call of its own.

/**
 * @internal A key that no caller has. The mark tells the object that nobody comes again with it but this client, so
 * that it is remembered for minutes, and not for as long as callers' keys (`OWN_KEY` in src/protocol/call_time.rs).
 */
export const ownKey = (): string => `\u0001${crypto.randomUUID()}`;
