import { type Bad, notNumber } from '../core/checks.js';
import { notSentText, optionalSent } from '../durable_objects/arguments.js';
import { type Reply, refusedBy } from '../durable_objects/reply.js';
import { given, lateCall, type Sent } from '../durable_objects/sent.js';
import { type StorageHandle, StoredObject } from '../durable_objects/stored_object.js';
import type { Exports } from '../wasm/object_driver.js';
import type { CartReply, MergeBegun } from './reply.js';
import { cartWire } from './wire.js';

// The reply when neither the cart nor the line exists.
const NOT_FOUND: [number, boolean, string] = [0, false, '{}'];

// The codes of calls that the cart's state refuses, and another state may accept.
const REFUSED_BY_STATE = ['conflict', 'forbidden', 'limit_exceeded'];

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
  /** Returns the version and the cart as JSON, or null. Renews the TTL. */
  get(ttlSeconds: number, owner?: string): Reply<[version: number, cart: string] | null> {
    const bad = refusedBy(notNumber(ttlSeconds, 'ttlSeconds') ?? optionalSent(notSentText, owner, 'owner'));
    return bad ?? this.read((wasm, storage) => wasm.cartRead(storage, ttlSeconds, owner), null);
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
    const bad = refusedBy(notChange(cart, ttlSeconds, key, ifVersion, owner));
    return (
      bad ??
      this.#settled(
        key,
        ifVersion,
        sent,
        this.write(sent, (wasm, storage) =>
          wasm.cartSet(storage, cart, ttlSeconds, key, ifVersion, owner, given(sent)),
        ),
      )
    );
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
    return this.#change(true, change, ttlSeconds, key, ifVersion, owner, sent);
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
    return this.#change(false, changes, ttlSeconds, key, ifVersion, owner, sent);
  }

  /** Deletes the cart; what it remembers of calls is kept for ten minutes. */
  delete(key?: string, ifVersion?: number, owner?: string, sent?: number): Reply<null> {
    const bad = refusedBy(optionalSent(notSentText, key, 'key') ?? notPreconditions(ifVersion, owner));
    return (
      bad ??
      this.#settled(
        key,
        ifVersion,
        sent,
        this.write(sent, (wasm, storage) => wasm.cartDelete(storage, key, ifVersion, owner, given(sent))),
      )
    );
  }

  /**
   * Makes this cart the source of a merge. With `ifVersion` the merge begins only in that version of the cart, so
   * that a late call does not begin one; a merge into the same target that is under way goes on.
   */
  beginMerge(into: string, id: string, owner?: string, ifVersion?: number, sent?: number): Reply<MergeBegun> {
    const bad =
      refusedBy(notSentText(into, 'into') ?? notSentText(id, 'id') ?? notPreconditions(ifVersion, owner)) ??
      lateCall(sent);
    return (
      bad ??
      this.#settled(
        id,
        ifVersion,
        sent,
        this.read<MergeBegun>(
          (wasm, storage) => wasm.cartBeginMerge(storage, into, id, owner, ifVersion, given(sent)),
          null,
        ),
      )
    );
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
    const bad = refusedBy(
      notSentText(id, 'id') ??
        notSentText(policy, 'policy') ??
        notChange(cart, ttlSeconds, id, ifVersion, owner),
    );
    return (
      bad ??
      this.#settled(
        id,
        ifVersion,
        sent,
        this.write(sent, (wasm, storage) =>
          wasm.cartMerge(storage, id, cart, policy, ttlSeconds, ifVersion, owner, given(sent)),
        ),
      )
    );
  }

  /** Gives a merge up in its target, unless it was done before; returns whether it was. */
  giveUpMerge(id: string, sent?: number): Reply<boolean> {
    const bad = refusedBy(notSentText(id, 'id'));
    return bad ?? this.write(sent, (wasm, storage) => wasm.cartGiveUpMerge(storage, id, given(sent)));
  }

  /** Ends a merge in its source: the cart is deleted, or accepts changes again when the target refused the merge. */
  endMerge(id: string, merged: boolean, sent?: number): Reply<null> {
    const bad = refusedBy(notSentText(id, 'id'));
    return (
      bad ??
      this.writeIfThere(
        sent,
        (wasm, storage) => wasm.cartEndMerge(storage, id, merged === true, given(sent)),
        null,
      )
    );
  }

  /** The shop's wire: `POST` with `{ op, ttl, ... }` on any host and path. */
  override fetch(request: Request): Promise<Response> {
    return cartWire(this, request);
  }

  override async alarm(): Promise<void> {
    await this.onAlarm((wasm, storage) => wasm.cartOnAlarm(storage));
  }

  /** @internal */
  protected override readonly open = (wasm: Exports, storage: StorageHandle, create: boolean): boolean =>
    wasm.cartOpen(storage, create);

  // One change needs no transaction: everything is checked before it writes.
  #change(
    one: boolean,
    changes: string,
    ttlSeconds: number,
    key: string | undefined,
    ifVersion: number | undefined,
    owner: string | undefined,
    sent: Sent,
  ): CartReply {
    const bad = refusedBy(notChange(changes, ttlSeconds, key, ifVersion, owner));
    if (bad) return bad;
    const run = one ? this.writeOnce : this.write;
    const job = (wasm: Exports, storage: StorageHandle) =>
      wasm.cartChange(storage, one, changes, ttlSeconds, key, ifVersion, owner, given(sent));
    return this.#settled(key, ifVersion, sent, run<[number, boolean, string]>(sent, job, NOT_FOUND));
  }

  // A refused call must stay refused, although the state that refused it may pass and a copy of the call may arrive.
  // So the refusal is remembered, after the call's own writes were rolled back.
  #settled<T>(key: string | undefined, ifVersion: number | undefined, sent: Sent, reply: Reply<T>): Reply<T> {
    if (reply.ok || !key || typeof sent !== 'number' || !REFUSED_BY_STATE.includes(reply.code)) return reply;
    const kept = this.writeIfThere<null>(
      sent,
      (wasm, storage) => wasm.cartRefused(storage, key, ifVersion, sent, reply.code),
      null,
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
): Bad {
  return (
    notSentText(json, 'The change') ??
    notNumber(ttlSeconds, 'ttlSeconds') ??
    optionalSent(notSentText, key, 'key') ??
    notPreconditions(ifVersion, owner)
  );
}

const notPreconditions = (ifVersion: unknown, owner: unknown): Bad =>
  optionalSent(notNumber, ifVersion, 'ifVersion') ?? optionalSent(notSentText, owner, 'owner');
