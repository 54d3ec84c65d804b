import { given, notSent } from '../durable_objects/arguments.js';
import type { Reply } from '../durable_objects/reply.js';
import { StoredObject } from '../durable_objects/stored_object.js';
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
  protected readonly className = 'RateLimitDurableObject';

  /** Counts a call under all limits or under none. A call whose `id` is known is not counted again. */
  check(limits: readonly RateLimitConfig[], cost: number, id: number, sent?: number): Reply<LimitReply> {
    return this.call(notSent(sent), (wasm, storage) =>
      wasm.limitCheck(storage, limits, cost, id, given(sent)),
    );
  }

  /** Returns what a check of cost 1 would return. */
  peek(limit: RateLimitConfig): Reply<LimitReply> {
    return this.call(undefined, (wasm, storage) => wasm.limitPeek(storage, limit));
  }

  /** Refunds the cost of a call. */
  refund(limit: RateLimitConfig, cost: number, id: number, sent?: number): Reply<LimitReply> {
    return this.call(notSent(sent), (wasm, storage) =>
      wasm.limitRefund(storage, limit, cost, id, given(sent)),
    );
  }

  /** Counts more, admitted or not. */
  penalize(limit: RateLimitConfig, cost: number, id: number, sent?: number): Reply<LimitReply> {
    return this.call(notSent(sent), (wasm, storage) =>
      wasm.limitPenalize(storage, limit, cost, id, given(sent)),
    );
  }

  /** Resets what was counted under one prefix. A call whose `id` is known resets nothing again. */
  reset(keyPrefix: string, id?: number, sent?: number): Reply<boolean> {
    return this.call(notSent(sent), (wasm, storage) => wasm.limitReset(storage, keyPrefix, id, given(sent)));
  }

  /** Deletes what has ended. */
  override async alarm(): Promise<void> {
    await this.onAlarm((wasm, storage) => wasm.limitOnAlarm(storage));
  }
}
