// What the clients' wasm calls.
import { jsonText } from '../../core/json.js';
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
import { saysNone, sessionDelete, sessionExpiry, sessionPut, sessionUser } from './session.js';
import { type Registers, sharedHost } from './shared.js';
import {
  failureFlags,
  numbersOf,
  objectCall,
  replyLateAt,
  replyOk,
  replyRefusal,
  replyValue,
} from './stub.js';
import { parse } from './text.js';

export type Host = ReturnType<typeof hostOf>;

export function hostOf(registers: Registers, panicked: (message: string) => never) {
  return {
    ...sharedHost(registers, panicked),
    park: registers.park,
    parse,
    jsonText,
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
    replyRefusal,
    replyLateAt,
    failureFlags,
    replyOk,
    replyValue,
    sessionExpiry,
    sessionUser,
    saysNone,
    sessionPut,
    sessionDelete,
    limitResult,
    numbersOf,
  };
}
