import { type Reply, refusalOf, type StorageHandle, StoredObject } from './base.js';
import { cartWire } from './cart_wire.js';
import type { Exports } from './load.js';

/** What a mutation of a cart answers: the version, whether the line was there, and the cart as JSON. */
export type CartReply = Reply<[version: number, found: boolean, cart: string]>;

// The line is not there, nor is the cart.
const NOT_THERE: [number, boolean, string] = [0, false, '{}'];

/**
 * One cart: its lines, its TTL, what it remembers of the calls that changed it. `CartStoreClient` calls
 * it; a Worker that owns it needs one line.
 *
 * @example
 * ```ts
 * export { CartDurableObject } from '@codex/cloudflare-clients/durable-objects';
 * ```
 */
export class CartDurableObject extends StoredObject {
  /** The version and the cart as JSON, or null. Renews the TTL. */
  get(ttlSeconds: number, owner?: string): Reply<[version: number, cart: string] | null> {
    const bad = refusalOf({ numbers: [ttlSeconds], optionalTexts: [owner] });
    return bad ?? this.read((wasm, storage) => wasm.cartRead(storage, ttlSeconds, owner), null);
  }

  /** Replaces all lines. `cart` is a `CartState` as JSON. */
  set(cart: string, ttlSeconds: number, key?: string, ifVersion?: number, owner?: string): CartReply {
    const bad = badChange(cart, ttlSeconds, key, ifVersion, owner);
    return (
      bad ?? this.write((wasm, storage) => wasm.cartSet(storage, cart, ttlSeconds, key, ifVersion, owner))
    );
  }

  /** Applies one change. `change` is a list of one `CartChange` as JSON. */
  change(change: string, ttlSeconds: number, key?: string, ifVersion?: number, owner?: string): CartReply {
    const bad = badChange(change, ttlSeconds, key, ifVersion, owner);
    return (
      bad ??
      this.writeOnce(
        (wasm, storage) => wasm.cartChange(storage, true, change, ttlSeconds, key, ifVersion, owner),
        NOT_THERE,
      )
    );
  }

  /** Applies changes, all or none. `changes` is a list of `CartChange` as JSON. */
  mutate(changes: string, ttlSeconds: number, key?: string, ifVersion?: number, owner?: string): CartReply {
    const bad = badChange(changes, ttlSeconds, key, ifVersion, owner);
    return (
      bad ??
      this.write(
        (wasm, storage) => wasm.cartChange(storage, false, changes, ttlSeconds, key, ifVersion, owner),
        NOT_THERE,
      )
    );
  }

  /** Deletes the cart; what it remembers of calls stays for ten minutes. */
  delete(key?: string, ifVersion?: number, owner?: string): Reply<null> {
    const bad = refusalOf({ optionalTexts: [key, owner], optionalNumbers: [ifVersion] });
    return bad ?? this.write((wasm, storage) => wasm.cartDelete(storage, key, ifVersion, owner));
  }

  /** Makes this cart the source of a merge: the merge's id and the cart as JSON, or null if it is empty. */
  beginMerge(into: string, id: string, owner?: string): Reply<[id: string, cart: string] | null> {
    const bad = refusalOf({ texts: [into, id], optionalTexts: [owner] });
    return bad ?? this.read((wasm, storage) => wasm.cartBeginMerge(storage, into, id, owner), null);
  }

  /** Merges the lines of another cart into this one, once for each id. */
  merge(
    id: string,
    cart: string,
    policy: string,
    ttlSeconds: number,
    ifVersion?: number,
    owner?: string,
  ): CartReply {
    const bad = badChange(cart, ttlSeconds, id, ifVersion, owner) ?? refusalOf({ texts: [id, policy] });
    return (
      bad ??
      this.write((wasm, storage) => wasm.cartMerge(storage, id, cart, policy, ttlSeconds, ifVersion, owner))
    );
  }

  /** Gives a merge up in its target, unless it was done before: whether it was. */
  giveUpMerge(id: string): Reply<boolean> {
    const bad = refusalOf({ texts: [id] });
    return bad ?? this.write((wasm, storage) => wasm.cartGiveUp(storage, id));
  }

  /** Ends a merge in its source: the cart is deleted, or free again when the target refused it. */
  endMerge(id: string, merged: boolean): Reply<null> {
    const bad = refusalOf({ texts: [id] });
    return bad ?? this.writeIfThere((wasm, storage) => wasm.cartEndMerge(storage, id, merged === true), null);
  }

  /** The shop's wire: `POST` with `{ op, ttl, ... }`, whatever the host and path. */
  override fetch(request: Request): Promise<Response> {
    return cartWire(this, request);
  }

  override async alarm(): Promise<void> {
    await this.wake((wasm, storage) => wasm.cartWake(storage));
  }

  /** @internal */
  protected override readonly open = (wasm: Exports, storage: StorageHandle, create: boolean): boolean =>
    wasm.cartOpen(storage, create);
}

function badChange(json: unknown, ttlSeconds: unknown, key: unknown, ifVersion: unknown, owner: unknown) {
  return refusalOf({
    texts: [json],
    numbers: [ttlSeconds],
    optionalTexts: [key, owner],
    optionalNumbers: [ifVersion],
  });
}
