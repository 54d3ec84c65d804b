import { bindMethods } from '../core/bound.js';
import { type Bad, fieldsOf, mustBe, notNumber } from '../core/checks.js';
import { type OnEvent, refused } from '../core/events.js';
import type { KVHandle } from '../core/kv_handle.js';
import {
  OBJECT_OPTIONS,
  type ObjectClientOptions,
  type ObjectHandle,
  objectOptionsOf,
  type RateLimitObjects,
} from '../core/namespace.js';
import { booleanOption, functionOption, oneOf, optionsOf, type WaitUntil } from '../core/options.js';
import { isNamespace } from '../core/probe.js';
import { ExactLimits } from './exact.js';
import { notIdentifier } from './identifier.js';
import { KVLimits, type Limits, unsupported } from './kv.js';
import { limitOf, notLimit, notPrefix, type RateLimitConfig, type RateLimitResult } from './limit.js';

/** Options of {@link RateLimiterClient}. */
export interface RateLimiterOptions extends ObjectClientOptions {
  /**
   * What happens when KV or the object fails, or does not reply within `timeoutMs`. `throw`: the call
   * rejects. `allow`: the isolate counts by itself, and admits up to the limit. `deny`: no call is admitted. The last
   * two mark their results `degraded`. When three different objects in a row have failed, they decide at once, but
   * for one probe in ten seconds. A wrong binding rejects whatever this is.
   * @defaultValue 'throw'
   */
  onUnavailable?: 'throw' | 'allow' | 'deny' | undefined;
  /**
   * On KV the longest an operation may take, on objects the longest a call may take with its retries, in ms.
   * @defaultValue on KV 2000 when `onUnavailable` is set, else no limit; on objects 5000
   */
  timeoutMs?: number | undefined;
  /**
   * KV: flushes counts after the response.
   * @defaultValue in workerd, the runtime's own; in Node none: the next call flushes
   */
  waitUntil?: WaitUntil | undefined;
  /**
   * Objects: remembers refusals in this isolate, and refuses the same call without calling the object, until it
   * would be admitted. A `refund` or `reset` of another isolate is not seen until then; `peek` always calls
   * the object.
   * @defaultValue true
   */
  localBlock?: boolean | undefined;
}

const OPTIONS = [...OBJECT_OPTIONS, 'onUnavailable', 'waitUntil', 'localBlock'] as const;

const COST = ['cost'] as const;

const ON_UNAVAILABLE = ['throw', 'allow', 'deny'] as const;

/**
 * Rate limits, on a KV namespace or on a Durable Object namespace, which it tells apart by their methods.
 *
 * On objects (bind `RateLimitDurableObject`) limits are exact everywhere: one object counts for each
 * identifier. On KV they are exact inside one isolate and approximate between isolates. An isolate counts in
 * memory and syncs with KV at most once a second for each key. The bound: no isolate admits more than
 * `limit` in a window, and what others admitted counts as soon as KV shows it. That takes about as many
 * seconds as isolates count the key in one location, and 60 seconds or more between locations.
 *
 * @example
 * ```ts
 * const limiter = new RateLimiterClient(env.RATE_LIMIT_KV);
 * const result = await limiter.checkLimit(clientKey(address), RATE_LIMITS.login);
 * if (!result.allowed) {
 *   return new Response('Too many attempts', { status: 429, headers: rateLimitHeaders(result, RATE_LIMITS.login) });
 * }
 * ```
 */
export class RateLimiterClient {
  readonly #limits: Limits;
  readonly #onEvent: OnEvent | undefined;

  /**
   * @throws {CloudflareClientsError} `invalid_handle` when `handle` is neither kind of namespace,
   * `misconfigured` for an invalid option.
   */
  constructor(handle: KVHandle | RateLimitObjects, options?: RateLimiterOptions) {
    const given = optionsOf(options, OPTIONS);
    const { onUnavailable = 'throw', timeoutMs } = given;
    if (onUnavailable !== 'throw') oneOf(onUnavailable, 'onUnavailable', ON_UNAVAILABLE);
    const waitUntil = functionOption(given.waitUntil, 'waitUntil');
    const onEvent = functionOption(given.onEvent, 'onEvent');
    this.#onEvent = onEvent;
    const localBlock = booleanOption(given.localBlock, 'localBlock', true);
    if (isNamespace(handle)) {
      this.#limits = new ExactLimits(handle as ObjectHandle, { onUnavailable, localBlock }, given);
      return;
    }
    // On KV some of them mean nothing, and are checked all the same.
    if (options) objectOptionsOf(given);
    const { name } = given;
    this.#limits = new KVLimits(handle as KVHandle, { name, onUnavailable, timeoutMs, waitUntil, onEvent });
  }

  /**
   * Checks a limit, and counts the call if it is admitted.
   *
   * @param identifier - Whose calls to count: an address (see {@link clientKey}), a user id. Any well-formed text: one
   * that has no room in a key counts by its SHA-256.
   * @param options - `cost`: how much this call counts, a whole number from 1 on. One of more than the limit is
   * refused, and `retryAfterSeconds` is the window.
   * @throws {CloudflareClientsError} `invalid_limit`, `invalid_key`, `unsupported` (an algorithm that
   * KV cannot do), and with `onUnavailable: 'throw'` `timeout`, on KV `kv_unavailable`, and on objects
   * `object_unavailable` or `object_overloaded`.
   */
  checkLimit(
    identifier: string,
    config: RateLimitConfig,
    options?: { cost?: number | undefined },
  ): Promise<RateLimitResult> {
    const { bad, cost = 1 } = fieldsOf(options, COST);
    return this.#checked(
      'checkLimit',
      identifier,
      config,
      cost,
      (limit) => this.#limits.check(identifier, [limit], cost),
      bad,
    );
  }

  /** Returns what {@link checkLimit} would return now. Counts nothing. */
  peek(identifier: string, config: RateLimitConfig): Promise<RateLimitResult> {
    return this.#checked('peek', identifier, config, 1, (limit) => this.#limits.peek(identifier, limit));
  }

  /**
   * Resets a count (an admin's override). On KV, isolates that have counted the key keep their counts until its
   * window ends; on objects, isolates that remember a refusal (`localBlock`) keep it.
   */
  reset(identifier: string, keyPrefix: string): Promise<void> {
    const bad = notIdentifier(identifier) ?? notPrefix(keyPrefix);
    return this.#unless(bad, 'reset', () => this.#limits.reset(identifier, keyPrefix));
  }

  /**
   * Refunds the cost of a call, for work that failed and cost nothing: it is subtracted from the current
   * usage, at most all of it, even if that is of a later window. `cost` is a whole number from 1 on. Returns what
   * {@link peek} would.
   *
   * @throws {CloudflareClientsError} `unsupported` on KV: a count that other isolates have read cannot be undone.
   * Whatever `onUnavailable` is, it rejects when the object fails.
   */
  refund(identifier: string, config: RateLimitConfig, cost = 1): Promise<RateLimitResult> {
    return this.#checked('refund', identifier, config, cost, (limit) =>
      this.#limits.change('refund', identifier, limit, cost),
    );
  }

  /**
   * Counts more, admitted or not: for a call that turned out worse than it looked, such as one with a wrong
   * password. `cost` is a whole number from 1 on, also more than the limit. Returns what {@link peek} would.
   *
   * @throws {CloudflareClientsError} As {@link refund}.
   */
  penalize(identifier: string, config: RateLimitConfig, cost = 1): Promise<RateLimitResult> {
    return this.#checked('penalize', identifier, config, cost, (limit) =>
      this.#limits.change('penalize', identifier, limit, cost),
    );
  }

  /**
   * Checks up to 16 limits at once: the call counts under all of them, or under none. Returns the strictest
   * result: the refusal that lasts longest, or else the limit with the least left.
   *
   * @throws {CloudflareClientsError} As {@link checkLimit}; `invalid_limit` also when two limits have the same
   * `keyPrefix`; `unsupported` on KV, which has no transactions.
   *
   * @example
   * ```ts
   * const limiter = new RateLimiterClient(env.RATE_LIMIT_DO);
   * const { allowed } = await limiter.checkLimits('user:u1', [
   *   { limit: 10, window: 1, keyPrefix: 'rl:second:', algorithm: 'token-bucket' },
   *   { limit: 10_000, window: 86_400, keyPrefix: 'rl:day:' },
   * ]);
   * ```
   */
  checkLimits(
    identifier: string,
    configs: readonly RateLimitConfig[],
    options?: { cost?: number | undefined },
  ): Promise<RateLimitResult> {
    if (this.#limits instanceof KVLimits) return unsupported(this.#onEvent, 'checkLimits');
    const { bad: unreadable, cost = 1 } = fieldsOf(options, COST);
    // One more than there may be, so that they are refused for that.
    const limits = Array.isArray(configs) ? Array.from(configs.slice(0, 17), limitOf) : undefined;
    const bad =
      notIdentifier(identifier) ??
      unreadable ??
      mustBe(!!limits, 'an array of 1 to 16 limits', configs, 'configs', 'invalid_limit') ??
      notNumber(cost, 'cost', 'invalid_limit') ??
      limits?.map((limit) => limit.bad ?? notLimit(limit, cost)).find((bad) => bad !== undefined);
    return this.#unless(bad, 'checkLimits', () => this.#limits.check(identifier, limits ?? [], cost));
  }

  #checked<T>(
    operation: string,
    identifier: string,
    config: RateLimitConfig,
    cost: number,
    go: (limit: RateLimitConfig) => Promise<T>,
    unreadable?: Bad,
  ): Promise<T> {
    const limit = limitOf(config);
    const bad =
      notIdentifier(identifier) ??
      unreadable ??
      limit.bad ??
      notLimit(limit, cost) ??
      this.#limits.refusal(limit);
    return this.#unless(bad, operation, () => go(limit));
  }

  #unless<T>(bad: Bad, operation: string, go: () => Promise<T>): Promise<T> {
    return bad ? refused(this.#onEvent, 'rate_limit', operation, bad) : go();
  }
}

bindMethods(RateLimiterClient);
