import type { Reply } from '../durable_objects/reply.js';
import { given, lateCall } from '../durable_objects/sent.js';
import { type StorageHandle, StoredObject } from '../durable_objects/stored_object.js';
import type { Exports } from '../wasm/object_driver.js';
import type { RateLimitConfig } from './limit.js';

/**
 * The object's reply: whether the call is admitted (1 or 0), how much is left, when all of it is available
 * again in ms since the epoch, in how many ms the same call would be admitted, and the index of the strictest
 * limit.
 */
export type LimitReply = [
  allowed: number,
  remaining: number,
  resetAt: number,
  retryInMs: number,
  index: number,
];

/**
 * Exact rate limits: one object for each identifier. Bind it as `RATE_LIMIT_DO` and pass the binding to
 * `RateLimiterClient`, which calls its methods.
 */
export class RateLimitDurableObject extends StoredObject {
  /** @internal */
  protected override readonly open = (wasm: Exports, storage: StorageHandle, create: boolean): boolean =>
    wasm.limitOpen(storage, create);

  /** Counts a call under all limits or under none. A call whose `id` is known is not counted again. */
  check(limits: readonly RateLimitConfig[], cost: number, id: number, sent?: number): Reply<LimitReply> {
    const late = lateCall(sent, 'check');
    if (late) return late;
    const job = (wasm: Exports, storage: StorageHandle) => wasm.limitCheck(storage, limits, cost, id);
    // One limit is one row. Lateness was checked above.
    return limits?.length === 1 ? this.writeOnce(undefined, job) : this.write(undefined, job);
  }

  /** Returns what a check of cost 1 would return. */
  peek(limit: RateLimitConfig): Reply<LimitReply> {
    return this.read(
      (wasm, storage) => wasm.limitPeek(storage, limit),
      (wasm) => wasm.limitPeek(undefined, limit),
    );
  }

  /** Refunds the cost of a call. */
  refund(limit: RateLimitConfig, cost: number, id: number, sent?: number): Reply<LimitReply> {
    return this.writeRemembered(
      sent,
      (wasm, storage) => wasm.limitRefund(storage, limit, cost, id, given(sent)),
      (wasm) => wasm.limitRefund(undefined, limit, cost, id, undefined),
    );
  }

  /** Counts more, admitted or not. */
  penalize(limit: RateLimitConfig, cost: number, id: number, sent?: number): Reply<LimitReply> {
    return this.writeOnce(sent, (wasm, storage) => wasm.limitPenalize(storage, limit, cost, id, given(sent)));
  }

  /** Resets what was counted under one prefix. A call whose `id` is known resets nothing again. */
  async reset(keyPrefix: string, id?: number, sent?: number): Promise<Reply<boolean>> {
    if (typeof sent === 'number') {
      return this.writeOnce(sent, (wasm, storage) => wasm.limitReset(storage, keyPrefix, id, sent));
    }
    const last = this.writeIfThere<boolean>(
      sent,
      (wasm, storage) => wasm.limitForget(storage, keyPrefix),
      (wasm) => wasm.limitForget(undefined, keyPrefix),
    );
    if (last.ok && last.value) await this.empty();
    return last;
  }

  /** Deletes windows that have ended. */
  override async alarm(): Promise<void> {
    await this.onAlarm((wasm, storage) => wasm.limitOnAlarm(storage));
  }
}
