import { type Bad, notName, notNumber, notText } from '../core/checks.js';
import { CloudflareClientsError } from '../core/error.js';
import { given, notSent, notSentText, optionalSent, type Sent } from '../durable_objects/arguments.js';
import type { Reply } from '../durable_objects/reply.js';
import { StoredObject } from '../durable_objects/stored_object.js';
import { notRule, notSeconds, notTtl, notValue } from './arguments.js';
import { KeyIndex } from './key_index.js';

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

  /** Of an index object: a key is about to have a value until a moment, or for good. */
  trackKey(key: string, until: number | null, sent?: number): Reply<null> {
    const bad = notTrackedKey(key) ?? optionalSent(notNumber, until, 'until') ?? notSent(sent);
    return this.#indexed(bad, sent, (index, now) => index.track(key, until ?? null, now));
  }

  /** Of an index object: a key has no value any more. */
  untrackKey(key: string, sent?: number): Reply<null> {
    const bad = notTrackedKey(key) ?? notSent(sent);
    return this.#indexed(bad, sent, (index, now) => index.untrack(key, now));
  }

  /** Of an index object: the next keys after `after`, of which some may have no value; at most 500. */
  listKeys(after: string, limit: number): Reply<string[]> {
    const bad = notSentText(after, 'after') ?? notNumber(limit, 'limit');
    const most = Math.max(1, Math.min(Math.floor(limit) || 1, 500));
    return this.reply(bad, () => this.#index().list(after, most, Date.now()));
  }

  #index(): KeyIndex {
    return new KeyIndex(this.ctx.storage);
  }

  #indexed(bad: Bad, sent: Sent, job: (index: KeyIndex, now: number) => void): Reply<null> {
    return this.reply(bad, () => {
      const now = Date.now();
      if (now - (sent ?? now) > LATE_MS) {
        throw new CloudflareClientsError('timeout', 'The call reached the object too late, and was not made');
      }
      job(this.#index(), now);
      return null;
    });
  }

  override async alarm(): Promise<void> {
    const index = this.#index();
    await this.emptiedIf(() =>
      index.isThere
        ? this.reply(undefined, () => index.forget(Date.now()))
        : this.callInTransaction(undefined, (wasm, storage) => wasm.authOnAlarm(storage)),
    );
  }
}

// As in src/protocol/call_time.rs.
const LATE_MS = 60_000;

const notTrackedKey = (key: unknown) => notText(key, 'The key', 'invalid_key', 2_048);

const notKey = (key: unknown) => notName(key, 'An idempotency key', 'invalid_key', 128);
