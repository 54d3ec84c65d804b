// Checks of the arguments of locks and counters, by clients and by objects.
import { type Bad, notName, notText, refuse } from '../core/checks.js';

/** @internal The name of a lock or a counter. Its bound, in bytes, is Rust's. */
export const notLockName = (name: unknown, what: string): Bad =>
  notText(name, what) ??
  refuse(name === '.' || name === '..', 'invalid_key', `${what} must not be "." or ".."`);

/** @internal */
export const notKey = (key: unknown): Bad => notName(key, 'An idempotency key');
