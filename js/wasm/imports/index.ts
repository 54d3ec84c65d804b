// The functions that the wasm calls: `extern "C"` in src/host and in the subjects. Guards and views, no decisions.
import { type ErrorCode, errorOf } from '../../core/error.js';
import { clearResult, expiryMetadata } from './cache.js';
import { cartChanges, cartLines } from './cart.js';
import {
  expiresAtOf,
  kvDelete,
  kvEntry,
  kvGet,
  kvGetWithMetadata,
  kvList,
  kvPut,
  metadataOf,
  textOf,
} from './kv.js';
import { settledWithin, sleep } from './promises.js';
import { limitFields, limitResult } from './rate_limit.js';
import {
  indexMetadata,
  revocations,
  sessionExpiry,
  sessionIndex,
  sessionMetadata,
  sessionPlace,
  sessionRecord,
  sessionText,
  tokenState,
} from './session.js';
import { setAlarm, sqlRows, sqlRun } from './storage.js';
import { failureFlags, objectCall, replyLateAt, replyOk, replyRefusal, replyValue } from './stub.js';
import { byteLength, parse } from './text.js';

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
    byteLength,
    parse,
    settledWithin,
    sleep,
    kvGet,
    kvGetWithMetadata,
    textOf,
    expiresAtOf,
    metadataOf,
    kvPut,
    kvDelete,
    kvList,
    kvEntry,
    expiryMetadata,
    clearResult,
    sqlRows,
    sqlRun,
    setAlarm,
    objectCall,
    replyRefusal,
    replyLateAt,
    failureFlags,
    replyOk,
    replyValue,
    sessionExpiry,
    sessionText,
    sessionRecord,
    sessionPlace,
    sessionIndex,
    revocations,
    tokenState,
    sessionMetadata,
    indexMetadata,
    limitFields,
    limitResult,
    cartLines,
    cartChanges,
  };
}
