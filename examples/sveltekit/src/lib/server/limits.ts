import {
  CloudflareClientsError,
  clientKey,
  RATE_LIMITS,
  type RateLimitConfig,
  type RateLimitResult,
  rateLimitHeaders,
} from '@codex/cloudflare-clients';
import type { RequestEvent } from '@sveltejs/kit';
import type { Attempts } from '$lib/types';
import { rateLimiter } from './clients';
import { report } from './failures';
import { clientAddress } from './platform';

export interface LimitOutcome {
  /** What to answer instead of going on; null when the call is admitted. */
  refused: { status: 429 | 503; message: string } | null;
  headers: Record<string, string>;
}

/**
 * New carts for an address. Each is an object, and a program which keeps no cookies would make one with every call. A
 * household or an office behind one address makes a few in an hour.
 */
const NEW_CARTS: RateLimitConfig = { limit: 30, window: 60 * 60, keyPrefix: 'rl:new-cart:' };

/**
 * Five attempts in 15 minutes for an address, whichever accounts they are for: someone
 * who tries one password on many accounts is stopped as well. A successful sign-in does
 * not set the count back, or an attacker would sign in to an own account every fifth try.
 */
export const limitSignIn = (event: RequestEvent) =>
  check(event, byAddress(event), RATE_LIMITS.login, 'sign-in attempts');

export const limitSignUp = (event: RequestEvent) =>
  check(event, byAddress(event), RATE_LIMITS.register, 'new accounts from this address');

export const limitNewCart = (event: RequestEvent) =>
  check(event, byAddress(event), NEW_CARTS, 'new carts from this address');

/** Publishing is limited per user: the address says nothing about who publishes. */
export const limitPublish = (event: RequestEvent, userId: string) =>
  check(event, userId, RATE_LIMITS.upload, 'publications');

/** What the sign-in page tells before the first attempt; null when it cannot be told. */
export async function signInAttempts(event: RequestEvent): Promise<Attempts | null> {
  const { limit } = RATE_LIMITS.login;
  try {
    const { remaining, retryAfterSeconds } = await rateLimiter(event).peek(
      byAddress(event),
      RATE_LIMITS.login,
    );
    return { left: remaining, limit, wait: remaining > 0 ? null : spokenWait(retryAfterSeconds) };
  } catch (cause) {
    if (!(cause instanceof CloudflareClientsError)) throw cause;
    report('The attempts that are left cannot be told', cause);
    return null;
  }
}

const byAddress = (event: RequestEvent): string => clientKey(clientAddress(event));

async function check(
  event: RequestEvent,
  identifier: string,
  config: RateLimitConfig,
  what: string,
): Promise<LimitOutcome> {
  let result: RateLimitResult;
  try {
    result = await rateLimiter(event).checkLimit(identifier, config);
  } catch (cause) {
    // While a counter is down the limiter decides by itself. What it throws stays until somebody mends it, and a limit
    // that counts nothing must not pass for one.
    if (!(cause instanceof CloudflareClientsError)) throw cause;
    report('Nothing is counted, so nothing is admitted', cause);
    return { refused: { status: 503, message: NOT_NOW }, headers: {} };
  }
  const message = `Too many ${what}. Try again in ${spokenWait(result.retryAfterSeconds)}.`;
  return {
    refused: result.allowed ? null : { status: 429, message },
    headers: rateLimitHeaders(result, config),
  };
}

const NOT_NOW = 'That does not work right now. Please try again in a moment.';

/** "14 minutes", "40 seconds": how a person would say it. */
function spokenWait(seconds: number): string {
  const [count, unit] = seconds > 90 ? [Math.ceil(seconds / 60), 'minute'] : [seconds, 'second'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
