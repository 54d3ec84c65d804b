// What the objects' wasm calls.

import { limitReply } from './rate_limit.js';
import {
  revocations,
  sessionIndex,
  sessionParts,
  sessionPlace,
  sessionRecord,
  tokenState,
} from './session.js';
import { type Registers, sharedHost } from './shared.js';
import {
  oldVersion,
  setAlarm,
  sqlRows,
  sqlRun,
  textGet,
  textPut,
  valueDelete,
  valueGet,
  valuePut,
  valuesClear,
} from './storage.js';

export type Host = ReturnType<typeof hostOf>;

export function hostOf(registers: Registers, panicked: (message: string) => never) {
  return {
    ...sharedHost(registers, panicked),
    sqlRows,
    sqlRun,
    valueGet,
    valuePut,
    textGet,
    textPut,
    valueDelete,
    valuesClear,
    oldVersion,
    setAlarm,
    sessionParts,
    sessionRecord,
    sessionPlace,
    sessionIndex,
    revocations,
    tokenState,
    limitReply,
  };
}
