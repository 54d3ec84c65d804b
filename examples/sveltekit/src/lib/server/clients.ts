import type { KVNamespace } from '@cloudflare/workers-types';
import {
  CacheClient,
  type ClientEvent,
  CloudflareClientsError,
  type OnEvent,
  RateLimiterClient,
  SessionCacheClient,
} from '@codex/cloudflare-clients';
import type { RequestEvent } from '@sveltejs/kit';
import type { Role } from '$lib/types';
import { bindings, waitUntil } from './platform';

/**
 * Clients hold a binding and options, nothing more: making one per request costs
 * nothing. Each function gives null when its binding is missing or is not a KV.
 */

/** A slow KV must not be slower than the database it stands in front of. */
const TIMEOUT_MS = 1000;

export function sessionCache(event: RequestEvent): SessionCacheClient<Role> | null {
  // Hashed: who can list the namespace's keys cannot use them as sessions.
  const options = { hashTokens: true, timeoutMs: TIMEOUT_MS, onEvent: observe(event) };
  return connect(bindings(event).AUTH_SESSION_KV, (kv) => new SessionCacheClient(kv, options));
}

export function contentCache(event: RequestEvent, onEvent?: OnEvent): CacheClient | null {
  const note = observe(event);
  const options = {
    waitUntil: waitUntil(event),
    timeoutMs: TIMEOUT_MS,
    onEvent(happened: ClientEvent) {
      note(happened);
      onEvent?.(happened);
    },
  };
  return connect(bindings(event).CACHE_KV, (kv) => new CacheClient(kv, options));
}

/**
 * With KV down the limiter lets people through. Refusing would turn an outage of a counter
 * into an outage of sign-in; guessing stays slow meanwhile, because every attempt still
 * costs a scrypt hash.
 */
export function rateLimiter(event: RequestEvent): RateLimiterClient | null {
  const options = {
    onUnavailable: 'allow' as const,
    waitUntil: waitUntil(event),
    timeoutMs: TIMEOUT_MS,
    onEvent: observe(event),
  };
  return connect(bindings(event).RATE_LIMIT_KV, (kv) => new RateLimiterClient(kv, options));
}

function connect<T>(kv: KVNamespace | undefined, make: (kv: KVNamespace) => T): T | null {
  if (!kv) return null;
  try {
    return make(kv);
  } catch (cause) {
    warn(cause);
    return null;
  }
}

/** Runs a KV call that the request can do without; null when it failed. */
export async function optional<T>(work: () => Promise<T> | undefined): Promise<T | null> {
  try {
    return (await work()) ?? null;
  } catch (cause) {
    warn(cause);
    return null;
  }
}

/** The code names the trouble; messages and keys stay out of the log. */
function warn(cause: unknown): void {
  const code = cause instanceof CloudflareClientsError ? cause.code : 'unknown';
  console.warn(JSON.stringify({ message: 'Going on without KV', code }));
}

/** Every KV operation of a request shows up in its Server-Timing header. */
function observe(event: RequestEvent): OnEvent {
  return ({ client, operation, hit, code, note, ms }) => {
    const outcome = note ?? code ?? (hit === undefined ? 'done' : hit ? 'hit' : 'miss');
    addTiming(event, `${client}.${operation}`, outcome, ms);
  };
}

export function addTiming(event: RequestEvent, name: string, outcome: string, ms: number): void {
  // A page makes a handful of entries; the bound keeps a loop from growing the header.
  if (event.locals.timings.length < 20) {
    event.locals.timings.push(`${name};desc="${outcome}";dur=${ms.toFixed(1)}`);
  }
}
