// Limits and the results of checks, and common limits.
import { type Bad, fieldsOf, notNumber, notText, refuse } from '../core/checks.js';

/** A limit: how many calls are admitted, in which time. */
export interface RateLimitConfig {
  /** How many calls a window admits: a whole number from 0 on; 0 admits none. */
  limit: number;
  /** The window in seconds: a whole number from 1 to 2,678,400 (31 days). */
  window: number;
  /**
   * The prefix of the identifier's key in KV, such as `rl:login:`; in objects, prefixes are counted separately. At
   * most 512 bytes. End it with a colon: an identifier's own are encoded on KV, so that no identifier reaches under
   * another prefix.
   */
  keyPrefix: string;
  /**
   * How calls are counted; on KV only as `fixed-window`.
   *
   * - `fixed-window`: windows begin with their first call. Cheapest; around the end of a window up to twice
   *   the limit may be admitted at once.
   * - `sliding-window`: never more than the limit in any stretch as long as the window. A call leaves the log
   *   after exactly a window, or up to a 64th later when more than 64 times are in it.
   * - `token-bucket`: a burst of the whole limit, then calls at the rate of the refill, `limit` per `window`.
   *
   * @defaultValue 'fixed-window'
   */
  algorithm?: RateLimitAlgorithm;
}

/** How calls are counted: see {@link RateLimitConfig.algorithm}. */
export type RateLimitAlgorithm = 'fixed-window' | 'sliding-window' | 'token-bucket';

/** What happens when KV or the object fails. */
export type OnUnavailable = 'throw' | 'allow' | 'deny';

const ALGORITHMS: readonly RateLimitAlgorithm[] = ['fixed-window', 'sliding-window', 'token-bucket'];

/** The result of a check. */
export interface RateLimitResult {
  /** Whether the call is admitted. */
  allowed: boolean;
  /** How many calls the window still admits. */
  remaining: number;
  /** When the window ends, or the whole limit is available again, in ms since the epoch. */
  resetAt: number;
  /** The limit that was checked. */
  limit: number;
  /**
   * How long to wait until the same call may be admitted, in whole seconds; 0 when allowed. The window for a call that
   * no window admits: its cost is more than the limit.
   */
  retryAfterSeconds: number;
  /** Present when KV or the object failed or hung, and `onUnavailable` decided. */
  degraded?: true;
}

type CommonLimit = 'login' | 'register' | 'passwordReset' | 'verifyEmail' | 'api' | 'upload';

/** Limits that fit most applications. */
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

/** @internal The longest key or name, in bytes. */
export const MAX_KEY = 512;

const LIMIT = ['limit', 'window', 'keyPrefix', 'algorithm'] as const;

/** @internal The fields of a caller's limit, read once: no others are sent to an object. {@link notLimit} checks them. */
export const limitOf = (config: RateLimitConfig): RateLimitConfig & { readonly bad?: Bad } =>
  fieldsOf(config, LIMIT, 'A limit', 'invalid_limit') as RateLimitConfig & { readonly bad?: Bad };

/** @internal The error for an invalid limit. */
export function notLimit(config: RateLimitConfig, cost: unknown): Bad {
  const { limit, window, keyPrefix, algorithm } = config;
  return (
    notNumber(limit, 'limit', 'invalid_limit') ??
    notNumber(window, 'window', 'invalid_limit') ??
    notNumber(cost, 'cost', 'invalid_limit') ??
    refuse(
      algorithm !== undefined && !ALGORITHMS.includes(algorithm),
      'unsupported',
      'algorithm must be fixed-window, sliding-window or token-bucket',
    ) ??
    notPrefix(keyPrefix)
  );
}

/** @internal The error for an invalid `keyPrefix`. Measured before it is copied; its bound in bytes is Rust's. */
export function notPrefix(keyPrefix: unknown): Bad {
  const bad = notText(keyPrefix, 'keyPrefix');
  return (
    bad ?? refuse((keyPrefix as string).length > MAX_KEY, 'invalid_key', 'keyPrefix has more than 512 bytes')
  );
}
