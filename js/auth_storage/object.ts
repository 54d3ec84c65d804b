import { notName } from '../core/checks.js';
import { type Reply, refusedBy } from '../durable_objects/reply.js';
import { given } from '../durable_objects/sent.js';
import { type StorageHandle, StoredObject } from '../durable_objects/stored_object.js';
import type { Exports } from '../wasm/object_driver.js';
import { notRule, notSeconds, notTtl, notValue } from './arguments.js';

/**
 * One key of better-auth's secondary storage, or one counter of its limiter. Call it by `secondaryStorage` and
 * `rateLimitStorage` of `@codex/cloudflare-clients/better-auth`. Mutations carry an idempotency key of at most
 * 128 characters, which is remembered for 10 minutes.
 *
 * @example
 * ```ts
 * // The Worker that owns the objects:
 * export { AuthStorageDurableObject } from '@codex/cloudflare-clients/durable-objects';
 * ```
 */
export class AuthStorageDurableObject extends StoredObject {
  /** @internal */
  protected override readonly open = (wasm: Exports, storage: StorageHandle, create: boolean): boolean =>
    wasm.authOpen(storage, create);

  get(): Reply<string | null> {
    return this.read((wasm, storage) => wasm.authGet(storage), null);
  }

  set(idempotencyKey: string, value: string, ttl?: number | null, sent?: number): Reply<null> {
    const bad = refusedBy(notKey(idempotencyKey) ?? notValue(value) ?? notTtl(ttl));
    return (
      bad ??
      this.write(sent, (wasm, storage) =>
        wasm.authSet(storage, idempotencyKey, value, ttl ?? undefined, given(sent)),
      )
    );
  }

  delete(idempotencyKey: string, sent?: number): Reply<null> {
    const remove = (wasm: Exports, storage: StorageHandle) =>
      wasm.authDelete(storage, idempotencyKey, given(sent));
    return refusedBy(notKey(idempotencyKey)) ?? this.writeRemembered(sent, remove, null);
  }

  getAndDelete(idempotencyKey: string, sent?: number): Reply<string | null> {
    const take = (wasm: Exports, storage: StorageHandle) =>
      wasm.authGetAndDelete(storage, idempotencyKey, given(sent));
    return refusedBy(notKey(idempotencyKey)) ?? this.writeRemembered(sent, take, null);
  }

  increment(idempotencyKey: string, ttl: number, sent?: number): Reply<number> {
    const bad = refusedBy(notKey(idempotencyKey) ?? notSeconds(ttl));
    return (
      bad ??
      this.write(sent, (wasm, storage) => wasm.authIncrement(storage, idempotencyKey, ttl, given(sent)))
    );
  }

  /** Returns 0 for a request that is admitted, else how many seconds to wait. */
  consume(idempotencyKey: string, window: number, max: number, sent?: number): Reply<number> {
    const bad = refusedBy(notKey(idempotencyKey) ?? notRule(window, max));
    return (
      bad ??
      this.write(sent, (wasm, storage) => wasm.authConsume(storage, idempotencyKey, window, max, given(sent)))
    );
  }

  override async alarm(): Promise<void> {
    await this.onAlarm((wasm, storage) => wasm.authOnAlarm(storage));
  }
}

const notKey = (key: unknown) => notName(key, 'An idempotency key', 'invalid_key', 128);
