// What the wasm calls: `extern "C"` in src/host. Guards and views, no decisions.
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
import { limitResult } from './rate_limit.js';
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

/** Where a call says what it waits for, or what it rejects with. */
export interface Registers {
  park(task: number, promise: unknown, limitMs: number): void;
  /** `error` is made when the call is back in JavaScript, so that its stack is that of the caller. */
  fail(error: () => unknown): void;
}

/** The object that the built glue finds as `host`. */
export type Host = ReturnType<typeof hostOf>;

/** `panicked` differs from instance to instance; the rest is shared. */
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
    limitResult,
    cartLines,
    cartChanges,
  };
}
