// The built glue of the objects' wasm, `objects.js`, as in ../clients.d.ts. Its functions are the exported
// ones of src/*/object.rs.
import type { Created } from './guard.js';
import type { Host } from './imports/index.js';

export type Answer = unknown;

/** What every mutation of a cart ends with. */
export type CartSentTerms = [
  key: string | undefined,
  ifVersion: number | undefined,
  owner: string | undefined,
  sent: number | undefined,
];

export interface Exports {
  checkCallTime(sent: number, isCheck: boolean): undefined;

  cartOpen(storage: object, create: boolean): boolean;
  cartRead(storage: object, ttlSeconds: number, owner: string | undefined): Answer;
  cartSet(storage: object, lines: string, ttlSeconds: number, ...terms: CartSentTerms): Answer;
  cartChange(
    storage: object,
    one: boolean,
    changes: string,
    ttlSeconds: number,
    ...terms: CartSentTerms
  ): Answer;
  cartDelete(storage: object, ...terms: CartSentTerms): Answer;
  cartBeginMerge(
    storage: object,
    into: string,
    id: string,
    owner: string | undefined,
    ifVersion: number | undefined,
    sent: number | undefined,
  ): Answer;
  cartRefused(
    storage: object,
    key: string,
    ifVersion: number | undefined,
    sent: number,
    code: string,
  ): Answer;
  cartMerge(
    storage: object,
    id: string,
    lines: string,
    policy: string,
    ttlSeconds: number,
    ifVersion: number | undefined,
    owner: string | undefined,
    sent: number | undefined,
  ): Answer;
  cartGiveUpMerge(storage: object, id: string, sent: number | undefined): Answer;
  cartEndMerge(storage: object, id: string, merged: boolean, sent: number | undefined): Answer;
  cartOnAlarm(storage: object): boolean;

  authOpen(storage: object, create: boolean): boolean;
  authGet(storage: object): Answer;
  authSet(
    storage: object,
    key: string,
    value: string,
    ttl: number | undefined,
    sent: number | undefined,
  ): Answer;
  authDelete(storage: object, key: string, sent: number | undefined): Answer;
  authGetAndDelete(storage: object, key: string, sent: number | undefined): Answer;
  authIncrement(storage: object, key: string, ttl: number, sent: number | undefined): Answer;
  authConsume(storage: object, key: string, window: number, max: number, sent: number | undefined): Answer;
  authOnAlarm(storage: object): boolean;
  limitOpen(storage: object, create: boolean): boolean;
  limitCheck(storage: object, configs: unknown, cost: unknown, id: unknown): Answer;
  limitPeek(storage: object | undefined, config: unknown): Answer;
  limitPenalize(
    storage: object,
    config: unknown,
    cost: unknown,
    id: unknown,
    sent: number | undefined,
  ): Answer;
  limitRefund(
    storage: object | undefined,
    config: unknown,
    cost: unknown,
    id: unknown,
    sent: number | undefined,
  ): Answer;
  limitReset(storage: object, keyPrefix: unknown, id: unknown, sent: number | undefined): Answer;
  limitForget(storage: object | undefined, keyPrefix: unknown): Answer;
  limitOnAlarm(storage: object): boolean;

  coordinationOpen(storage: object, create: boolean): boolean;
  coordinationOnAlarm(storage: object): boolean;
  lockAcquire(storage: object, holder: string, ttlSeconds: number): Answer;
  lockExtend(
    storage: object | undefined,
    holder: string,
    ttlSeconds: number,
    sent: number | undefined,
  ): Answer;
  lockRelease(storage: object | undefined, holder: string, call: string): Answer;
  counterIncrement(storage: object, by: number, key: string, sent: number | undefined): Answer;
  counterCount(storage: object): Answer;
  counterReset(storage: object | undefined, key: string, sent: number | undefined): Answer;

  sessionOpen(storage: object, create: boolean): boolean;
  sessionRead(storage: object): Answer;
  sessionPut(
    storage: object,
    sessionId: string,
    customerId: string,
    userAgent: string,
    createdAt: number,
    timestamp: number,
    ttlMs: number,
  ): Answer;
  sessionRemove(storage: object, timestamp: number | undefined): Answer;
  sessionRevoke(storage: object, customer: string, timestamp: number): Answer;
  sessionOnAlarm(storage: object): boolean;
  customerAdd(storage: object, id: string, ttlMs: number): Answer;
  customerIndex(storage: object): Answer;
  customerForget(storage: object, ids: string[], timestamps: number[], settledOnly: boolean): Answer;
  customerRevoke(storage: object, withIndex: boolean): Answer;
  customerRevokeToken(storage: object, hash: string, until: number): Answer;
  customerRevocations(storage: object): Answer;
  customerStamp(storage: object): Answer;
  tokenFill(storage: object, user: string, until: number): Answer;
  tokenRevoke(storage: object): Answer;
}

export function create(module: WebAssembly.Module, host: Host): Created<Exports>;
