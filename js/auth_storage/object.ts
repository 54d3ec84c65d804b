import { notName } from '../core/checks.js';
import { given, notSent } from '../durable_objects/arguments.js';
import type { Reply } from '../durable_objects/reply.js';
import { StoredObject } from '../durable_objects/stored_object.js';
import { notRule, notSeconds, notTtl, notValue } from './arguments.js';

/**
 * One key of better-auth's secondary storage, or one counter of its limiter. Call it by `secondaryStorage` and
 * `rateLimitStorage` of `@codex/cloudflare-clients/better-auth`. Mutations carry an idempotency key of at most
 * 128 characters. Those of the clients are remembered for two minutes, as long as a copy of the call can be accepted, and
 * a minute more; others for ten.
 *
 * @example
 * ```ts
 * // The Worker that owns the objects:
 * export { AuthStorageDurableObject } from '@codex/cloudflare-clients/durable-objects';
 * ```
 */
export class AuthStorageDurableObject extends StoredObject {
  /** @internal */
  protected readonly className = 'AuthStorageDurableObject';

  get(): Reply<string | null> {
    return this.call(undefined, (wasm, storage) => wasm.authGet(storage));
  }

  set(idempotencyKey: string, value: string, ttl?: number | null, sent?: number): Reply<null> {
    const bad = notKey(idempotencyKey) ?? notValue(value) ?? notTtl(ttl) ?? notSent(sent);
    return this.call(bad, (wasm, storage) =>
      wasm.authSet(storage, idempotencyKey, value, ttl ?? undefined, given(sent)),
    );
  }

  delete(idempotencyKey: string, sent?: number): Reply<null> {
    const bad = notKey(idempotencyKey) ?? notSent(sent);
    return this.call(bad, (wasm, storage) => wasm.authDelete(storage, idempotencyKey, given(sent)));
  }

  getAndDelete(idempotencyKey: string, sent?: number): Reply<string | null> {
    const bad = notKey(idempotencyKey) ?? notSent(sent);
    return this.call(bad, (wasm, storage) => wasm.authGetAndDelete(storage, idempotencyKey, given(sent)));
  }

  increment(idempotencyKey: string, ttl: number, sent?: number): Reply<number> {
    const bad = notKey(idempotencyKey) ?? notSeconds(ttl) ?? notSent(sent);
    return this.call(bad, (wasm, storage) => wasm.authIncrement(storage, idempotencyKey, ttl, given(sent)));
  }

  /** Returns 0 for a request that is admitted, else how many seconds to wait. */
  consume(idempotencyKey: string, window: number, max: number, sent?: number): Reply<number> {
    const bad = notKey(idempotencyKey) ?? notRule(window, max) ?? notSent(sent);
    return this.call(bad, (wasm, storage) =>
      wasm.authConsume(storage, idempotencyKey, window, max, given(sent)),
    );
  }

  override async alarm(): Promise<void> {
    await this.onAlarm((wasm, storage) => wasm.authOnAlarm(storage));
  }
}

const notKey = (key: unknown) => notName(key, 'An idempotency key', 'invalid_key', 128);
