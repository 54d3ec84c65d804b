// Limits on KV: counted in the isolate, synced with KV once a second.
import { CloudflareClientsError } from '../core/error.js';
import { type OnEvent, observed, refused } from '../core/events.js';
import { handleOf, type KVHandle } from '../core/kv_handle.js';
import { hasKeepAlive, keepAlive, milliseconds, type WaitUntil } from '../core/options.js';
import type { KvLimiter } from '../wasm/clients.js';
import { kvKey } from './identifier.js';
import type { OnUnavailable, RateLimitConfig, RateLimitResult } from './limit.js';

/** @internal The limits of one kind of handle; all arguments are checked as far as TypeScript checks them. */
export interface Limits {
  /** The error for a limit that this kind of handle cannot keep. */
  refusal(config: RateLimitConfig): CloudflareClientsError | undefined;
  check(identifier: string, configs: readonly RateLimitConfig[], cost: number): Promise<RateLimitResult>;
  peek(identifier: string, config: RateLimitConfig): Promise<RateLimitResult>;
  reset(identifier: string, keyPrefix: string): Promise<void>;
  change(
    how: 'refund' | 'penalize',
    identifier: string,
    config: RateLimitConfig,
    cost: number,
  ): Promise<RateLimitResult>;
}

/** @internal */
export interface KVLimitsOptions {
  name: string | undefined;
  onUnavailable: OnUnavailable;
  timeoutMs: number | undefined;
  waitUntil: WaitUntil | undefined;
  onEvent: OnEvent | undefined;
}

// One object for all that a limiter knows: clients are made per request.
interface Limiter extends KvLimiter {
  readonly namespaceId: number;
  readonly waitUntil: WaitUntil | undefined;
  readonly onEvent: OnEvent | undefined;
}

/** @internal */
export class KVLimits implements Limits {
  readonly #limiter: Limiter;

  constructor(kv: KVHandle, { name, onUnavailable, timeoutMs, waitUntil, onEvent }: KVLimitsOptions) {
    const alternative = ' A namespace of RateLimitDurableObject under "durable_objects" works too.';
    const { identity } = handleOf(kv, 'RateLimiterClient', name, alternative);
    this.#limiter = {
      kv,
      limitMs: milliseconds(timeoutMs, 'timeoutMs', onUnavailable === 'throw' ? 0 : 2_000),
      onUnavailable,
      flushLater: hasKeepAlive(waitUntil) ? (key, ms) => this.#flush(key, ms) : undefined,
      namespaceId: identity.id,
      waitUntil,
      onEvent,
    };
  }

  refusal({ algorithm }: RateLimitConfig): CloudflareClientsError | undefined {
    if (algorithm === undefined || algorithm === 'fixed-window') return undefined;
    return new CloudflareClientsError(
      'unsupported',
      'On KV a limit is a fixed-window: the other algorithms need a store that shows writes at once',
    );
  }

  check(
    identifier: string,
    [config, ...more]: readonly RateLimitConfig[],
    cost: number,
  ): Promise<RateLimitResult> {
    const limiter = this.#limiter;
    if (!config || more.length) return unsupported(limiter.onEvent, 'checkLimits');
    const { keyPrefix, limit, window } = config;
    const canFlush = limiter.flushLater !== undefined;
    return observed(limiter.onEvent, 'rate_limit', 'checkLimit', (wasm, report) =>
      wasm.kvLimitCheck(
        limiter,
        limiter.namespaceId,
        kvKey(wasm, keyPrefix, identifier),
        limit,
        window,
        cost,
        canFlush,
        report,
      ),
    );
  }

  peek(identifier: string, { keyPrefix, limit, window }: RateLimitConfig): Promise<RateLimitResult> {
    const limiter = this.#limiter;
    return observed(limiter.onEvent, 'rate_limit', 'peek', (wasm, report) =>
      wasm.kvLimitPeek(
        limiter,
        limiter.namespaceId,
        kvKey(wasm, keyPrefix, identifier),
        limit,
        window,
        report,
      ),
    );
  }

  reset(identifier: string, keyPrefix: string): Promise<void> {
    const limiter = this.#limiter;
    return observed(limiter.onEvent, 'rate_limit', 'reset', (wasm, report) =>
      wasm.kvLimitReset(limiter, limiter.namespaceId, kvKey(wasm, keyPrefix, identifier), report),
    );
  }

  change(how: 'refund' | 'penalize'): Promise<RateLimitResult> {
    return unsupported(this.#limiter.onEvent, how);
  }

  // After `ms` the key may be written again.
  #flush(key: string, ms: number): void {
    const limiter = this.#limiter;
    const flushed = observed(limiter.onEvent, 'rate_limit', 'flush', (wasm, report) =>
      wasm.kvLimitFlush(limiter, limiter.namespaceId, key, ms, report),
    );
    // Counts that could not be written wait for the next call; an event has reported the failure.
    keepAlive(
      limiter.waitUntil,
      flushed.catch(() => {}),
    );
  }
}

/** @internal */
export function unsupported(onEvent: OnEvent | undefined, method: string): Promise<never> {
  const message = `${method} needs counters that are exact everywhere, which KV cannot keep: use a Durable Object`;
  return refused(onEvent, 'rate_limit', method, new CloudflareClientsError('unsupported', message));
}
