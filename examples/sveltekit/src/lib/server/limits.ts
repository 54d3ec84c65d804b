import { clientKey, RATE_LIMITS, type RateLimitConfig, rateLimitHeaders } from '@codex/cloudflare-clients';
import type { RequestEvent } from '@sveltejs/kit';
import { optional, rateLimiter } from './clients';
import { clientAddress } from './platform';

export interface LimitOutcome {
  allowed: boolean;
  retryAfterSeconds: number;
  headers: Record<string, string>;
}

const NOT_LIMITED: LimitOutcome = { allowed: true, retryAfterSeconds: 0, headers: {} };

/**
 * Five attempts in 15 minutes for an address, whichever accounts they are for: someone
 * who tries one password on many accounts is stopped as well. A successful sign-in does
 * not set the count back, or an attacker would sign in to an own account every fifth try.
 */
export const limitSignIn = (event: RequestEvent) =>
  check(event, clientKey(clientAddress(event)), RATE_LIMITS.login);

export const limitSignUp = (event: RequestEvent) =>
  check(event, clientKey(clientAddress(event)), RATE_LIMITS.register);

/** Publishing is limited per user: the address says nothing about who publishes. */
export const limitPublish = (event: RequestEvent, userId: string) => check(event, userId, RATE_LIMITS.upload);

async function check(
  event: RequestEvent,
  identifier: string,
  config: RateLimitConfig,
): Promise<LimitOutcome> {
  const result = await optional(() => rateLimiter(event)?.checkLimit(identifier, config));
  if (!result) return NOT_LIMITED;
  return {
    allowed: result.allowed,
    retryAfterSeconds: result.retryAfterSeconds,
    headers: rateLimitHeaders(result, config),
  };
}

/** "14 minutes", "40 seconds": how a person would say it. */
export function spokenWait(seconds: number): string {
  const [count, unit] = seconds > 90 ? [Math.ceil(seconds / 60), 'minute'] : [seconds, 'second'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
