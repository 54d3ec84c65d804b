// The header fields of draft-ietf-httpapi-ratelimit-headers-10.
import { fieldsOf, refuse, throwIf } from '../core/checks.js';
import { limitOf, notLimit, type RateLimitConfig, type RateLimitResult } from './limit.js';

/**
 * Returns the header fields `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10, and
 * `Retry-After` when the call was refused.
 */
export function rateLimitHeaders(result: RateLimitResult, config: RateLimitConfig): Record<string, string> {
  const { bad: unreadable, ...limit } = limitOf(config);
  const {
    bad: unreadableResult,
    allowed,
    remaining,
    resetAt,
    retryAfterSeconds,
  } = fieldsOf(
    result,
    ['allowed', 'remaining', 'resetAt', 'retryAfterSeconds'],
    'The result',
    'invalid_limit',
  );
  const numbers = [remaining, resetAt, allowed ? 0 : retryAfterSeconds];
  throwIf(
    unreadable ??
      notLimit(limit, 1) ??
      unreadableResult ??
      refuse(
        numbers.some((value) => typeof value !== 'number'),
        'invalid_limit',
        'The result must be what checkLimit or peek returned',
      ),
  );
  const name = quoted(policyName(limit.keyPrefix));
  const ends = Math.ceil((Number(resetAt) - Date.now()) / 1_000);
  return {
    'RateLimit-Policy': `${name};q=${integer(limit.limit)};w=${integer(limit.window)}`,
    RateLimit: `${name};r=${integer(remaining)};t=${integer(ends)}`,
    ...(!allowed && { 'Retry-After': integer(retryAfterSeconds) }),
  };
}

// What identifies a policy in its key prefix: `rl:login:` is `login`.
const policyName = (keyPrefix: string) => keyPrefix.replace(/^rl:/, '').replace(/:+$/, '') || 'default';

// A string of RFC 9651: printable ASCII, with `"` and `\` escaped. Anything else would break the field.
const quoted = (name: string) => `"${name.replace(/[^ -~]/gu, '_').replace(/["\\]/g, '\\$&')}"`;

// An integer of RFC 9651, which has at most 15 digits; here none is negative.
function integer(value: unknown): string {
  const whole = Math.trunc(Number(value)) || 0;
  return String(Math.min(Math.max(whole, 0), 999_999_999_999_999));
}
