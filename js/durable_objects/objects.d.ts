// The built glue of the objects' wasm, `objects.js`, as in ../clients.d.ts. Its functions are the exported
// ones of src/*/object.rs.
import type { Created } from '../guard.js';
import type { Host } from '../host.js';

export type Answer = unknown;

/** What every mutation of a cart ends with. */
export type CartTerms = [key: string | undefined, ifVersion: number | undefined, owner: string | undefined];

export interface Exports {
  cartOpen(storage: object, create: boolean): boolean;
  cartRead(storage: object, ttlSeconds: number, owner: string | undefined): Answer;
  cartSet(storage: object, cart: string, ttlSeconds: number, ...terms: CartTerms): Answer;
  cartChange(storage: object, one: boolean, changes: string, ttlSeconds: number, ...terms: CartTerms): Answer;
  cartDelete(storage: object, ...terms: CartTerms): Answer;
  cartBeginMerge(storage: object, into: string, id: string, owner: string | undefined): Answer;
  cartMerge(
    storage: object,
    id: string,
    cart: string,
    policy: string,
    ttlSeconds: number,
    ifVersion: number | undefined,
    owner: string | undefined,
  ): Answer;
  cartEndMerge(storage: object, id: string, merged: boolean): Answer;
  cartWake(storage: object): boolean;

  sessionOpen(storage: object, create: boolean): boolean;
  sessionRead(storage: object): Answer;
  sessionPut(
    storage: object,
    sessionId: string,
    customerId: string,
    userAgent: string,
    createdAt: number,
    tick: number,
    ttlMs: number,
  ): Answer;
  sessionRemove(storage: object): Answer;
  sessionRevoke(storage: object, customerId: string, tick: number): Answer;
  sessionWake(storage: object): boolean;
  customerAdd(storage: object, id: string, ttlMs: number): Answer;
  customerIndex(storage: object): Answer;
  customerForget(storage: object, ids: string[], ticks: number[], settledOnly: boolean): Answer;
  customerRevoke(storage: object, withIndex: boolean): Answer;
  customerRevokeToken(storage: object, hash: string, until: number): Answer;
  customerRevocations(storage: object): Answer;
  customerStamp(storage: object): Answer;
  tokenFill(storage: object, userId: string, until: number): Answer;
  tokenRevoke(storage: object): Answer;
}

export function create(module: WebAssembly.Module, host: Host): Created<Exports>;
