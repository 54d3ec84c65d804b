// What the clients' wasm calls.
import { clearResult, expiryMetadata } from './cache.js';
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
import { indexMetadata, replyLists, replyPlace, sessionExpiry, sessionMetadata } from './session.js';
import { type Registers, sharedHost } from './shared.js';
import { failureFlags, numbersOf, objectCall, replyRefusal, replyStatus, replyValue } from './stub.js';
import { parse } from './text.js';

export type Host = ReturnType<typeof hostOf>;

export function hostOf(registers: Registers, panicked: (message: string) => never) {
  return {
    ...sharedHost(registers, panicked),
    park: registers.park,
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
    objectCall,
    replyStatus,
    replyValue,
    replyRefusal,
    failureFlags,
    replyLists,
    replyPlace,
    sessionExpiry,
    sessionMetadata,
    indexMetadata,
    limitResult,
    numbersOf,
  };
}
