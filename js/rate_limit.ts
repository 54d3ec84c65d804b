import { CloudflareClientsError } from './error.js';
import { type OnEvent, observed } from './events.js';
import { type Handle, handleOf, type KVHandle, notText } from './handle.js';
import { badConfig, type RateLimitConfig, type RateLimitResult } from './limits.js';
import {
  type ClientOptions,
  functionOption,
  hasKeepAlive,
  keepAlive,
  milliseconds,
  oneOf,
  type WaitUntil,
} from './options.js';

/** Options of {@link RateLimiterClient}. */
export interface RateLimiterOptions extends ClientOptions {
  /**
   * What happens when KV fails, or does not answer within `timeoutMs`. `throw`: the call rejects.
   * `allow`: KV's failure refuses nobody, and the isolate goes on counting by itself.
   * `deny`: nobody is admitted. The last two mark their answers `degraded`.
   * @defaultValue 'throw'
   */
  onUnavailable?: 'throw' | 'allow' | 'deny' | undefined;
  /** The longest a KV operation may take, in ms. @defaultValue 2000 when `onUnavailable` is set, else no limit */
  timeoutMs?: number | undefined;
  /** Flushes counts after the answer. @defaultValue in workerd, the runtime's own; in Node none: the next call flushes */
  waitUntil?: WaitUntil | undefined;
}

const POLICIES = ['throw', 'allow', 'deny'] as const;

// Counters belong to the handle object, by its number: a fresh one starts fresh.
const numbers = new WeakMap<object, number>();
let nextNumber = 0;

function numberOf(kv: object): number {
  let number = numbers.get(kv);
  if (number === undefined) {
    nextNumber += 1;
    number = nextNumber;
    numbers.set(kv, number);
  }
  return number;
}

/**
 * Rate limits on KV: exact inside one isolate, approximate between isolates.
 *
 * An isolate counts in memory and agrees with KV at most once a second for each key. The bound: no isolate
 * admits more than `limit` in a window, and what others admitted counts as soon as KV shows it, which
 * takes about as many seconds as isolates count the key in one place, and 60 seconds or more between places.
 * Where that is not enough, a limit belongs in a Durable Object.
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
  readonly #handle: Handle;
  readonly #number: number;
  readonly #limitMs: number;
  readonly #policy: number;
  readonly #waitUntil: WaitUntil | undefined;
  readonly #onEvent: OnEvent | undefined;

  /** @throws {CloudflareClientsError} `invalid_handle` when `kv` is no KV namespace. */
  constructor(kv: KVHandle, options?: RateLimiterOptions) {
    const { onUnavailable, timeoutMs } = options ?? {};
    this.#handle = handleOf(kv, 'RateLimiterClient');
    this.#number = numberOf(kv);
    this.#policy = onUnavailable ? POLICIES.indexOf(oneOf(onUnavailable, 'onUnavailable', POLICIES)) : 0;
    this.#limitMs = milliseconds(timeoutMs, 'timeoutMs', onUnavailable === undefined ? 0 : 2_000);
    this.#waitUntil = functionOption(options?.waitUntil, 'waitUntil');
    this.#onEvent = functionOption(options?.onEvent, 'onEvent');
  }

  /**
   * Checks a limit, and counts the call if it is admitted.
   *
   * @param identifier - Whom to count: an address (see {@link clientKey}), a user id.
   * @param options - `cost`: how much this call takes, a whole number from 1 to the limit.
   * @throws {CloudflareClientsError} `invalid_limit`, `invalid_key`, `unsupported` (an algorithm KV
   * cannot do), and with `onUnavailable: 'throw'` `kv_unavailable` or `timeout`.
   */
  checkLimit(
    identifier: string,
    config: RateLimitConfig,
    options?: { cost?: number },
  ): Promise<RateLimitResult> {
    const cost = options?.cost === undefined ? 1 : options.cost;
    const bad = badConfig(identifier, config, cost);
    if (bad) return Promise.reject(bad);
    const key = config.keyPrefix + identifier;
    return observed(this.#onEvent, 'rate_limit', 'checkLimit', (wasm, report) =>
      wasm.limitCheck(
        this.#handle.kv,
        this.#limitMs,
        this.#policy,
        this.#number,
        key,
        config.limit,
        config.window,
        cost,
        hasKeepAlive(this.#waitUntil) ? (key: string, ms: number) => this.#flush(key, ms) : undefined,
        report,
      ),
    );
  }

  /** What {@link checkLimit} would answer now. Counts nothing. */
  peek(identifier: string, config: RateLimitConfig): Promise<RateLimitResult> {
    const bad = badConfig(identifier, config, 1);
    if (bad) return Promise.reject(bad);
    const key = config.keyPrefix + identifier;
    return observed(this.#onEvent, 'rate_limit', 'peek', (wasm, report) =>
      wasm.limitPeek(
        this.#handle.kv,
        this.#limitMs,
        this.#policy,
        this.#number,
        key,
        config.limit,
        config.window,
        report,
      ),
    );
  }

  /**
   * Forgets what was counted (an admin's override). Isolates that have counted the key keep what they know
   * until its window ends.
   */
  reset(identifier: string, keyPrefix: string): Promise<void> {
    const bad = notText(identifier, 'The identifier') ?? notText(keyPrefix, 'keyPrefix');
    if (bad) return Promise.reject(bad);
    const key = keyPrefix + identifier;
    return observed(this.#onEvent, 'rate_limit', 'reset', (wasm, report) =>
      wasm.limitReset(this.#handle.kv, this.#limitMs, this.#number, key, report),
    );
  }

  /** Gives back what a call took. On KV `unsupported`: a count that others have read cannot be taken back. */
  refund(_identifier: string, _config: RateLimitConfig, _cost = 1): Promise<RateLimitResult> {
    return unsupported('refund');
  }

  /** Takes more, admitted or not. On KV `unsupported`. */
  penalize(_identifier: string, _config: RateLimitConfig, _cost = 1): Promise<RateLimitResult> {
    return unsupported('penalize');
  }

  /** Checks several limits: all or none are counted. On KV `unsupported`: it has no transactions. */
  checkLimits(
    _identifier: string,
    _configs: readonly RateLimitConfig[],
    _options?: { cost?: number },
  ): Promise<RateLimitResult> {
    return unsupported('checkLimits');
  }

  // In `ms` the key may be written again.
  #flush(key: string, ms: number): void {
    const flushed = observed(this.#onEvent, 'rate_limit', 'flush', (wasm, report) =>
      wasm.limitFlush(this.#handle.kv, this.#limitMs, this.#number, key, ms, report),
    );
    // What could not be written waits for the next call; the event has told of it.
    keepAlive(
      this.#waitUntil,
      flushed.catch(() => {}),
    );
  }
}

function unsupported(method: string): Promise<never> {
  const message = `${method} needs counters that are exact everywhere, which KV cannot keep`;
  return Promise.reject(new CloudflareClientsError('unsupported', message));
}
