// The functions that the wasm calls: `extern "C"` in src/host and in the subjects. Guards and views, no decisions.
import { type ErrorCode, errorOf } from '../../core/error.js';
import * as cache from './cache.js';
import * as cart from './cart.js';
import * as kv from './kv.js';
import * as promises from './promises.js';
import * as rateLimit from './rate_limit.js';
import * as session from './session.js';
import * as storage from './storage.js';
import * as stub from './stub.js';
import * as text from './text.js';

/** Where a call registers the promise that it waits for, or the error that it rejects with. */
export interface Registers {
  park(task: number, promise: unknown, limitMs: number): void;
  /** `error` is called when the call has returned to JavaScript, so that the stack is the caller's. */
  fail(error: () => unknown): void;
}

/** The object that the built glue finds as `host`. */
export type Host = ReturnType<typeof hostOf>;

/** `panicked` belongs to one instance; the rest is shared. */
export function hostOf(registers: Registers, panicked: (message: string) => never) {
  return {
    panicked,
    park: registers.park,
    fail(code: ErrorCode, message: string, retryable: boolean, cause: unknown, keys?: string[]) {
      registers.fail(() => errorOf(code, message, retryable, cause, keys));
    },
    failWith: (error: unknown) => registers.fail(() => error),
    ...text,
    ...promises,
    ...kv,
    ...cache,
    ...storage,
    ...stub,
    ...session,
    ...rateLimit,
    ...cart,
  };
}
