// Limits on KV: counted in the isolate, agreed with KV once a second.
import { CloudflareClientsError } from '../core/error.js';
import { type OnEvent, observed } from '../core/events.js';
import { type Handle, handleOf, type KVHandle } from '../core/kv_handle.js';
import { hasKeepAlive, keepAlive, milliseconds, type WaitUntil } from '../core/options.js';
import type { OnUnavailable, RateLimitConfig, RateLimitResult } from './limit.js';

/** @internal What a kind of handle can do; all arguments are checked as far as TypeScript checks them. */
export interface Limits {
  /** What refuses a limit that this kind cannot keep. */
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

const POLICIES: readonly OnUnavailable[] = ['throw', 'allow', 'deny'];

/** @internal */
export interface KVLimitsOptions {
  namespaceId: number;
  onUnavailable: OnUnavailable;
  timeoutMs: number | undefined;
  waitUntil: WaitUntil | undefined;
  onEvent: OnEvent | undefined;
}

/** @internal */
export class KVLimits implements Limits {
  readonly #handle: Handle;
  readonly #options: KVLimitsOptions;
  readonly #limitMs: number;

  constructor(kv: KVHandle, options: KVLimitsOptions) {
    const alternative = ' A namespace of RateLimitDurableObject under "durable_objects" does as well.';
    this.#handle = handleOf(kv, 'RateLimiterClient', alternative);
    this.#options = options;
    this.#limitMs = milliseconds(
      options.timeoutMs,
      'timeoutMs',
      options.onUnavailable === 'throw' ? 0 : 2_000,
    );
  }

  refusal({ algorithm }: RateLimitConfig): CloudflareClientsError | undefined {
    if (algorithm === undefined || algorithm === 'fixed-window') return undefined;
    return new CloudflareClientsError(
      'unsupported',
      'On KV a limit is a fixed-window: the other algorithms cannot be kept by a store that shows writes late',
    );
  }

  check(
    identifier: string,
    [config, ...more]: readonly RateLimitConfig[],
    cost: number,
  ): Promise<RateLimitResult> {
    if (!config || more.length) return unsupported('checkLimits');
    const { onUnavailable, namespaceId, onEvent, waitUntil } = this.#options;
    const policy = POLICIES.indexOf(onUnavailable);
    const key = config.keyPrefix + identifier;
    return observed(onEvent, 'rate_limit', 'checkLimit', (wasm, report) =>
      wasm.limitCheck(
        this.#handle.kv,
        this.#limitMs,
        policy,
        namespaceId,
        key,
        config.limit,
        config.window,
        cost,
        hasKeepAlive(waitUntil) ? (key: string, ms: number) => this.#flush(key, ms) : undefined,
        report,
      ),
    );
  }

  peek(identifier: string, config: RateLimitConfig): Promise<RateLimitResult> {
    const { onUnavailable, namespaceId, onEvent } = this.#options;
    const policy = POLICIES.indexOf(onUnavailable);
    const key = config.keyPrefix + identifier;
    return observed(onEvent, 'rate_limit', 'peek', (wasm, report) =>
      wasm.limitPeek(
        this.#handle.kv,
        this.#limitMs,
        policy,
        namespaceId,
        key,
        config.limit,
        config.window,
        report,
      ),
    );
  }

  reset(identifier: string, keyPrefix: string): Promise<void> {
    const { namespaceId, onEvent } = this.#options;
    return observed(onEvent, 'rate_limit', 'reset', (wasm, report) =>
      wasm.limitReset(this.#handle.kv, this.#limitMs, namespaceId, keyPrefix + identifier, report),
    );
  }

  change(how: 'refund' | 'penalize'): Promise<RateLimitResult> {
    return unsupported(how);
  }

  // In `ms` the key may be written again.
  #flush(key: string, ms: number): void {
    const { namespaceId, onEvent, waitUntil } = this.#options;
    const flushed = observed(onEvent, 'rate_limit', 'flush', (wasm, report) =>
      wasm.limitFlush(this.#handle.kv, this.#limitMs, namespaceId, key, ms, report),
    );
    // What could not be written waits for the next call; the event has told of it.
    keepAlive(
      waitUntil,
      flushed.catch(() => {}),
    );
  }
}

/** @internal */
export function unsupported(method: string): Promise<never> {
  const message = `${method} needs counters that are exact everywhere, which KV cannot keep: use a Durable Object`;
  return Promise.reject(new CloudflareClientsError('unsupported', message));
}
