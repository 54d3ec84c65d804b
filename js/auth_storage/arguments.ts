// Checks of the arguments of the auth storage, by clients and by RPC. Bounds are Rust's.
import { type Bad, notNumber, notText, refuse } from '../core/checks.js';

/** @internal */
export const notValue = (value: unknown): Bad => notText(value, 'The value', 'invalid_value', MAX_VALUE);

// 1 MiB: a UTF-16 unit is at least one byte of UTF-8.
const MAX_VALUE = 1_048_576;

/** @internal Undefined, or null as better-auth may pass it, means no expiry. */
export const notTtl = (ttl: unknown): Bad => (ttl === null ? undefined : notSeconds(ttl ?? 1));

/** @internal */
export const notSeconds = (ttl: unknown): Bad => notNumber(ttl, 'ttl', 'invalid_ttl');

/** @internal */
export const notRule = (window: unknown, max: unknown): Bad =>
  refuse(
    typeof window !== 'number' || typeof max !== 'number',
    'invalid_limit',
    'A rule is { window, max }: seconds above 0, and a number of requests',
  );
