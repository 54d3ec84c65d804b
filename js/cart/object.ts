import { type Bad, notNumber } from '../core/checks.js';
import {
  given,
  notSent,
  notSentId,
  notSentText,
  optionalSent,
  type Sent,
} from '../durable_objects/arguments.js';
import type { Reply } from '../durable_objects/reply.js';
import { StoredObject } from '../durable_objects/stored_object.js';
import type { CartReply, MergeBegun } from './reply.js';
import { cartWire } from './wire.js';

type CartResult = [version: number, found: boolean, cart: string];

// The codes of calls that the cart's state refuses, and another state may accept. What is no call on a cart has the code of
// another's line, and is told apart by the message in src/cart/error.rs: it is not remembered.
const REFUSED_BY_STATE = ['conflict', 'forbidden', 'limit_exceeded'];
const OTHER_LINE = 'The cart has a line under that key, of another SKU, size or rental';

/**
 * One cart: its lines, its TTL, and what it remembers of the calls that changed it. `CartStoreClient` calls
 * it; a Worker that owns it needs one line. `sent` is when a call was made, in ms: a call that arrives more
 * than a minute later is refused.
 *
 * @example
 * ```ts
 * export { CartDurableObject } from '@codex/cloudflare-clients/durable-objects';
 * ```
 */
export class CartDurableObject extends StoredObject {
  /** @internal */
  protected readonly className = 'CartDurableObject';

  /** Returns the version and the cart as JSON, or null. Renews the TTL. */
  get(ttlSeconds: number, owner?: string): Reply<[version: number, cart: string] | null> {
    const bad = notNumber(ttlSeconds, 'ttlSeconds') ?? optionalSent(notSentId, owner, 'owner');
    return this.call(bad, (wasm, storage) => wasm.cartRead(storage, ttlSeconds, owner));
  }

  /** Replaces all lines. `cart` is a `CartState` as JSON. */
  set(
    cart: string,
    ttlSeconds: number,
    key?: string,
    ifVersion?: number,
    owner?: string,
    sent?: number,
  ): CartReply {
    const bad = notChange(cart, ttlSeconds, key, ifVersion, owner, sent);
    const reply = this.callInTransaction<CartResult>(bad, (wasm, storage) =>
      wasm.cartSet(storage, cart, ttlSeconds, key, ifVersion, owner, given(sent)),
    );
    return this.#settled(key, ifVersion, sent, reply);
  }

  /** Applies one change. `change` is a list of one `CartChange` as JSON. */
  change(
    change: string,
    ttlSeconds: number,
    key?: string,
    ifVersion?: number,
    owner?: string,
    sent?: number,
  ): CartReply {
    const bad = notChange(change, ttlSeconds, key, ifVersion, owner, sent);
    // Everything is checked before it writes: it needs no transaction.
    const reply = this.call<CartResult>(bad, (wasm, storage) =>
      wasm.cartChange(storage, true, change, ttlSeconds, key, ifVersion, owner, given(sent)),
    );
    return this.#settled(key, ifVersion, sent, reply);
  }

  /** Applies changes, all or none. `changes` is a list of `CartChange` as JSON. */
  mutate(
    changes: string,
    ttlSeconds: number,
    key?: string,
    ifVersion?: number,
    owner?: string,
    sent?: number,
  ): CartReply {
    const bad = notChange(changes, ttlSeconds, key, ifVersion, owner, sent);
    const reply = this.callInTransaction<CartResult>(bad, (wasm, storage) =>
      wasm.cartChange(storage, false, changes, ttlSeconds, key, ifVersion, owner, given(sent)),
    );
    return this.#settled(key, ifVersion, sent, reply);
  }

  /** Deletes the cart; what it remembers of calls is kept for as long as they may come again. */
  delete(key?: string, ifVersion?: number, owner?: string, sent?: number): Reply<null> {
    const bad = optionalSent(notSentId, key, 'key') ?? notPreconditions(ifVersion, owner) ?? notSent(sent);
    const reply = this.callInTransaction<null>(bad, (wasm, storage) =>
      wasm.cartDelete(storage, key, ifVersion, owner, given(sent)),
    );
    return this.#settled(key, ifVersion, sent, reply);
  }

  /**
   * Makes this cart the source of a merge. With `ifVersion` the merge begins only in that version of the cart, so
   * that a late call does not begin one; a merge into the same target that is under way goes on.
   */
  beginMerge(into: string, id: string, owner?: string, ifVersion?: number, sent?: number): Reply<MergeBegun> {
    const bad =
      notSentId(into, 'into') ?? notSentId(id, 'id') ?? notPreconditions(ifVersion, owner) ?? notSent(sent);
    const reply = this.call<MergeBegun>(bad, (wasm, storage) =>
      wasm.cartBeginMerge(storage, into, id, owner, ifVersion, given(sent)),
    );
    return this.#settled(id, ifVersion, sent, reply);
  }

  /** Merges the lines of another cart into this one, once for each id. */
  merge(
    id: string,
    cart: string,
    policy: string,
    ttlSeconds: number,
    ifVersion?: number,
    owner?: string,
    sent?: number,
  ): CartReply {
    const bad =
      notSentId(id, 'id') ??
      notSentId(policy, 'policy') ??
      notChange(cart, ttlSeconds, id, ifVersion, owner, sent);
    const reply = this.callInTransaction<CartResult>(bad, (wasm, storage) =>
      wasm.cartMerge(storage, id, cart, policy, ttlSeconds, ifVersion, owner, given(sent)),
    );
    return this.#settled(id, ifVersion, sent, reply);
  }

  /** Gives a merge up in its target, unless it was done before; returns whether it was. */
  giveUpMerge(id: string, sent?: number): Reply<boolean> {
    const bad = notSentId(id, 'id') ?? notSent(sent);
    return this.call(bad, (wasm, storage) => wasm.cartGiveUpMerge(storage, id, given(sent)));
  }

  /** Ends a merge in its source: the cart is deleted, or accepts changes again when the target refused the merge. */
  endMerge(id: string, merged: boolean, sent?: number): Reply<null> {
    const bad = notSentId(id, 'id') ?? notSent(sent);
    return this.callInTransaction(bad, (wasm, storage) =>
      wasm.cartEndMerge(storage, id, merged === true, given(sent)),
    );
  }

  /** The shop's wire: `POST` with `{ op, ttl, ... }` on any host and path. */
  override fetch(request: Request): Promise<Response> {
    return cartWire(this, request);
  }

  override async alarm(): Promise<void> {
    await this.onAlarm((wasm, storage) => wasm.cartOnAlarm(storage));
  }

  // A refused call must stay refused, although the state that refused it may pass and a copy of the call may arrive.
  // So the refusal is remembered, after the call's own writes were rolled back.
  #settled<T>(key: string | undefined, ifVersion: number | undefined, sent: Sent, reply: Reply<T>): Reply<T> {
    if (reply.ok || !key || typeof sent !== 'number') return reply;
    if (!REFUSED_BY_STATE.includes(reply.code) && reply.message !== OTHER_LINE) return reply;
    const kept = this.call<null>(undefined, (wasm, storage) =>
      wasm.cartRefused(storage, key, ifVersion, sent, reply.code),
    );
    return kept.ok ? reply : kept;
  }
}

function notChange(
  json: unknown,
  ttlSeconds: unknown,
  key: unknown,
  ifVersion: unknown,
  owner: unknown,
  sent: unknown,
): Bad {
  return (
    notSentText(json, 'The change') ??
    notNumber(ttlSeconds, 'ttlSeconds') ??
    optionalSent(notSentId, key, 'key') ??
    notPreconditions(ifVersion, owner) ??
    notSent(sent)
  );
}

const notPreconditions = (ifVersion: unknown, owner: unknown): Bad =>
  optionalSent(notNumber, ifVersion, 'ifVersion') ?? optionalSent(notSentId, owner, 'owner');
