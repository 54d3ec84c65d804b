// The built glue of the objects' wasm, `objects.js`, as in clients.d.ts. Its functions are the exported ones of
// src/*/object/exports.rs.
import type { Created } from './guard.js';
import type { Host } from './imports/objects.js';

export type Result = unknown;

/** The last arguments of every mutation of a cart. */
export type CartSentTerms = [
  key: string | undefined,
  ifVersion: number | undefined,
  owner: string | undefined,
  sent: number | undefined,
];

export interface Exports {
  cartRead(storage: object, ttlSeconds: number, owner: string | undefined): Result;
  cartSet(storage: object, lines: string, ttlSeconds: number, ...terms: CartSentTerms): Result;
  cartChange(
    storage: object,
    one: boolean,
    changes: string,
    ttlSeconds: number,
    ...terms: CartSentTerms
  ): Result;
  cartDelete(storage: object, ...terms: CartSentTerms): Result;
  cartBeginMerge(
    storage: object,
    into: string,
    id: string,
    owner: string | undefined,
    ifVersion: number | undefined,
    sent: number | undefined,
  ): Result;
  cartRefused(
    storage: object,
    key: string,
    ifVersion: number | undefined,
    sent: number,
    code: string,
  ): Result;
  cartMerge(
    storage: object,
    id: string,
    lines: string,
    policy: string,
    ttlSeconds: number,
    ifVersion: number | undefined,
    owner: string | undefined,
    sent: number | undefined,
  ): Result;
  cartGiveUpMerge(storage: object, id: string, sent: number | undefined): Result;
  cartEndMerge(storage: object, id: string, merged: boolean, sent: number | undefined): Result;
  cartOnAlarm(storage: object): boolean;

  authGet(storage: object): Result;
  authSet(
    storage: object,
    key: string,
    value: string,
    ttl: number | undefined,
    sent: number | undefined,
  ): Result;
  authDelete(storage: object, key: string, sent: number | undefined): Result;
  authGetAndDelete(storage: object, key: string, sent: number | undefined): Result;
  authIncrement(storage: object, key: string, ttl: number, sent: number | undefined): Result;
  authConsume(storage: object, key: string, window: number, max: number, sent: number | undefined): Result;
  authOnAlarm(storage: object): boolean;
  limitCheck(storage: object, configs: unknown, cost: unknown, id: unknown, sent: number | undefined): Result;
  limitPeek(storage: object, config: unknown): Result;
  limitPenalize(
    storage: object,
    config: unknown,
    cost: unknown,
    id: unknown,
    sent: number | undefined,
  ): Result;
  limitRefund(storage: object, config: unknown, cost: unknown, id: unknown, sent: number | undefined): Result;
  limitReset(storage: object, keyPrefix: unknown, id: unknown, sent: number | undefined): Result;
  limitOnAlarm(storage: object): boolean;

  coordinationOnAlarm(storage: object): boolean;
  lockAcquire(
    storage: object,
    holder: string,
    ttlSeconds: number,
    inTurn: boolean,
    sent: number | undefined,
  ): Result;
  lockExtend(storage: object, holder: string, ttlSeconds: number, sent: number | undefined): Result;
  lockRelease(
    storage: object,
    holder: string,
    call: string,
    withdraws: boolean,
    sent: number | undefined,
  ): Result;
  counterIncrement(storage: object, by: number, key: string, sent: number | undefined): Result;
  counterCount(storage: object): Result;
  counterReset(storage: object, key: string, sent: number | undefined): Result;

  sessionRead(storage: object): Result;
  sessionPut(
    storage: object,
    sessionId: string,
    customerId: string,
    userAgent: string,
    createdAt: number,
    timestamp: number,
    ttlMs: number,
  ): Result;
  sessionRemove(storage: object, timestamp: number | undefined): Result;
  sessionRevoke(storage: object, customer: string, timestamp: number): Result;
  sessionOnAlarm(storage: object): boolean;
  customerAdd(storage: object, id: string, ttlMs: number): Result;
  customerIndex(storage: object): Result;
  customerForget(storage: object, ids: string[], timestamps: number[], settledOnly: boolean): Result;
  customerRevoke(storage: object, withIndex: boolean): Result;
  customerRevokeToken(storage: object, hash: string, until: number): Result;
  customerRevocations(storage: object): Result;
  customerStamp(storage: object): Result;
  tokenFill(storage: object, user: string, until: number): Result;
  tokenRevoke(storage: object): Result;
}

export function create(module: WebAssembly.Module, host: Host): Created<Exports>;
