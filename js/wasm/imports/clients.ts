// What the clients' wasm calls.
import { jsonOf } from '../../core/json.js';
import { decideHere } from '../../rate_limit/local.js';
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
import { saysNone, sessionExpiry, sessionPut, sessionUser } from './session.js';
import { type Registers, sharedHost } from './shared.js';
import {
  breakerAdmits,
  breakerLearns,
  failureFlags,
  numbersOf,
  objectCall,
  replyRefusal,
  replyStatus,
  replyValue,
} from './stub.js';
import { parse } from './text.js';

export type Host = ReturnType<typeof hostOf>;

export function hostOf(registers: Registers, panicked: (message: string) => never) {
  return {
    ...sharedHost(registers, panicked),
    park: registers.park,
    parse,
    jsonOf,
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
    breakerAdmits,
    breakerLearns,
    decideHere,
    replyStatus,
    replyValue,
    replyRefusal,
    failureFlags,
    sessionExpiry,
    sessionUser,
    saysNone,
    sessionPut,
    limitResult,
    numbersOf,
  };
}
