// Checks of the arguments of locks and counters.
import { type Bad, notText, refuse } from '../core/checks.js';

/** @internal A lock and a counter of the same name are two objects. The bound, in bytes, is Rust's. */
export const notName = (name: unknown): Bad =>
  notText(name, 'The name') ??
  refuse(name === '.' || name === '..', 'invalid_key', 'The name must not be "." or ".."');

/** @internal */
export const notKey = (key: unknown): Bad =>
  notText(key, 'An idempotency key') ??
  refuse(
    key === '' || (key as string).length > 512,
    'invalid_key',
    'An idempotency key must have 1 to 512 bytes',
  );
