import { CloudflareClientsError } from './error.js';
import { type OnEvent, observed } from './events.js';
import { type Handle, handleOf, type KVHandle, notText } from './handle.js';
import {
  type ClientOptions,
  functionOption,
  hasKeepAlive,
  keepAlive,
  milliseconds,
  oneOf,
  type WaitUntil,
} from './options.js';
import { callSync } from './runtime.js';

/** A limit: how much of what, in which time. */
export interface RateLimitConfig {
  /** How many calls a window admits: a whole number from 1 on. */
  limit: number;
  /** The window in seconds: a whole number from 1 on. */
  window: number;
  /** What the identifier's key in KV begins with, such as `rl:login:`. */
  keyPrefix: string;
  /** On KV only `fixed-window`. @defaultValue 'fixed-window' */
  algorithm?: 'fixed-window' | 'sliding-window' | 'token-bucket';
}

/** What a check answers. */
export interface RateLimitResult {
  /** The call may go on. */
  allowed: boolean;
  /** How many calls the window still admits. */
  remaining: number;
  /** When the window ends, in ms since the epoch. */
  resetAt: number;
  /** The limit that was checked. */
  limit: number;
  /** How long to wait, in whole seconds; 0 when allowed. */
  retryAfterSeconds: number;
  /** Present when KV failed or hung, and `onUnavailable` decided. */
  degraded?: true;
}

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

// Counters belong to the handle object: a fresh one starts fresh. Numbers, so that Rust keeps no handle alive.
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
 * An isolate counts in memory and agrees with KV at most once a second for each key. Between isolates
 * the bound is: each isolate by itself never admits more than `limit` in a window, and what others
 * admitted is counted as soon as KV shows it, which takes a second in one place and 60 seconds or more
 * between places. Where that is not enough, a limit belongs in a Durable Object.
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
  constructor(kv: KVHandle, options: RateLimiterOptions = {}) {
    const { onUnavailable, timeoutMs } = options;
    this.#handle = handleOf(kv, 'RateLimiterClient');
    this.#number = numberOf(kv);
    this.#policy = onUnavailable ? POLICIES.indexOf(oneOf(onUnavailable, 'onUnavailable', POLICIES)) : 0;
    this.#limitMs = milliseconds(timeoutMs, 'timeoutMs', onUnavailable === undefined ? 0 : 2_000);
    this.#waitUntil = functionOption(options.waitUntil, 'waitUntil');
    this.#onEvent = functionOption(options.onEvent, 'onEvent');
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

  /** Forgets what was counted (an admin's override). Other places may show it for 60 seconds or more. */
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

function badConfig(
  identifier: string,
  config: RateLimitConfig,
  cost: number,
): CloudflareClientsError | undefined {
  if (typeof config !== 'object' || config === null) {
    return new CloudflareClientsError('invalid_limit', 'A limit is { limit, window, keyPrefix }');
  }
  if (typeof config.limit !== 'number' || typeof config.window !== 'number' || typeof cost !== 'number') {
    return new CloudflareClientsError('invalid_limit', 'limit, window and cost must be numbers');
  }
  if (config.algorithm !== undefined && config.algorithm !== 'fixed-window') {
    return new CloudflareClientsError(
      'unsupported',
      'On KV a limit is a fixed-window: the other algorithms cannot be kept by a store that shows writes late',
    );
  }
  return notText(identifier, 'The identifier') ?? notText(config.keyPrefix, 'keyPrefix');
}

type CommonLimit = 'login' | 'register' | 'passwordReset' | 'verifyEmail' | 'api' | 'upload';

/** Limits that suit most applications. */
export const RATE_LIMITS: Readonly<Record<CommonLimit, Readonly<RateLimitConfig>>> = Object.freeze({
  /** 5 in 15 minutes. */
  login: Object.freeze({ limit: 5, window: 900, keyPrefix: 'rl:login:' }),
  /** 3 an hour. */
  register: Object.freeze({ limit: 3, window: 3_600, keyPrefix: 'rl:register:' }),
  /** 3 an hour. */
  passwordReset: Object.freeze({ limit: 3, window: 3_600, keyPrefix: 'rl:password-reset:' }),
  /** 5 an hour. */
  verifyEmail: Object.freeze({ limit: 5, window: 3_600, keyPrefix: 'rl:verify-email:' }),
  /** 100 a minute. */
  api: Object.freeze({ limit: 100, window: 60, keyPrefix: 'rl:api:' }),
  /** 10 an hour. */
  upload: Object.freeze({ limit: 10, window: 3_600, keyPrefix: 'rl:upload:' }),
});

/**
 * The identifier for a client's address: IPv6 by its /64 network (one customer has all of it),
 * an IPv4-mapped address as IPv4.
 *
 * @example
 * ```ts
 * clientKey('2001:db8:1:2:3:4:5:6'); // '2001:db8:1:2::/64'
 * clientKey('::ffff:203.0.113.7'); // '203.0.113.7'
 * ```
 */
export function clientKey(address: string): string {
  const bad = notText(address, 'The address');
  if (bad) throw bad;
  return callSync((wasm) => wasm.clientKey(address));
}

/**
 * The header fields `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10, and
 * `Retry-After` when the call was refused.
 */
export function rateLimitHeaders(result: RateLimitResult, config: RateLimitConfig): Record<string, string> {
  const bad = badConfig('identifier', config, 1) ?? badResult(result);
  if (bad) throw bad;
  return callSync((wasm) => ({
    'RateLimit-Policy': wasm.policyField(config.keyPrefix, config.limit, config.window),
    RateLimit: wasm.limitField(config.keyPrefix, result.remaining, result.resetAt),
    ...(result.allowed ? {} : { 'Retry-After': String(result.retryAfterSeconds) }),
  }));
}

function badResult(result: RateLimitResult): CloudflareClientsError | undefined {
  if (typeof result?.remaining === 'number' && typeof result.resetAt === 'number') return undefined;
  return new CloudflareClientsError('invalid_limit', 'The result must be what checkLimit or peek answered');
}
