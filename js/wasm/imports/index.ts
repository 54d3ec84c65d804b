// What the wasm calls: `extern "C"` in src/host. Guards and views, no decisions.
import * as cart from './cart.js';
import * as kv from './kv.js';
import * as promises from './promises.js';
import * as rateLimit from './rate_limit.js';
import * as session from './session.js';
import * as storage from './storage.js';
import * as stub from './stub.js';
import * as text from './text.js';

/** Where a call says what it waits for, or how it failed. */
export interface Registers {
  park(task: number, promise: unknown, limitMs: number): void;
  fail(error: unknown, verbatim: boolean): void;
}

/** The object that the built glue finds as `host`. */
export type Host = ReturnType<typeof hostOf>;

/** `panicked` differs from instance to instance; the rest is shared. */
export function hostOf(registers: Registers, panicked: (message: string) => never) {
  return {
    panicked,
    park: registers.park,
    fail: registers.fail,
    ...text,
    ...promises,
    ...kv,
    ...storage,
    ...stub,
    ...session,
    ...rateLimit,
    ...cart,
  };
}
