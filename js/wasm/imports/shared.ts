// The functions that the wasm calls: `extern "C"` in src/host and in the subjects. Guards and views, no decisions.
// Here are those that both modules call.
import { type ErrorCode, errorOf } from '../../core/error.js';
import { cartChanges, cartLines, cartLinesMatch } from './cart.js';
import { limitFields } from './rate_limit.js';
import { byteLength } from './text.js';

/** Where a call registers the promise that it waits for, or the error that it rejects with. */
export interface Registers {
  park(task: number, promise: unknown, limitMs: number): void;
  /** `error` is called when the call has returned to JavaScript, so that the stack is the caller's. */
  fail(error: () => unknown): void;
}

/** Makes the object that the built glue finds as `host`. `panicked` belongs to one instance; the rest is shared. */
export type HostOf<Host> = (registers: Registers, panicked: (message: string) => never) => Host;

export const sharedHost = (registers: Registers, panicked: (message: string) => never) => ({
  panicked,
  fail(code: ErrorCode, message: string, retryable: boolean, cause: unknown, keys?: string[]) {
    registers.fail(() => errorOf(code, message, retryable, cause, keys));
  },
  failWith: (error: unknown) => registers.fail(() => error),
  byteLength,
  limitFields,
  cartLines,
  cartChanges,
  cartLinesMatch,
});
