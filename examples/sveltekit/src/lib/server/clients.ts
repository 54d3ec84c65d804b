import {
  CacheClient,
  CartStoreClient,
  type ClientEvent,
  CloudflareClientsError,
  type OnEvent,
  RateLimiterClient,
  SessionCacheClient,
  SessionStoreClient,
  type Sku,
} from '@codex/cloudflare-clients';
import { type AuthSecondaryStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import type { RequestEvent } from '@sveltejs/kit';
import { SESSION_CACHE, SESSION_SECONDS } from 'example-shared/sessions';
import type { Role } from '$lib/types';
import { report } from './failures';
import { CART_SECONDS, NEW_CART_SECONDS } from './lifetimes';
import { bindings, waitUntil } from './platform';

/**
 * Clients hold a binding and options, nothing more: making one per request costs
 * nothing. Each function gives null when its binding is missing or of another kind.
 */

/** A slow KV must not be slower than the database it stands in front of. */
const TIMEOUT_MS = 1000;
/** How long a visitor waits for what nothing else can say: a cart, a session's home, a count. */
const OBJECT_TIMEOUT_MS = 3000;

export function sessionCache(event: RequestEvent): SessionCacheClient<Role> | null {
  const { AUTH_SESSION_KV, SESSION_DO } = bindings(event);
  // KV shows a deletion late, so what was revoked is asked of an object: every so many seconds for each user that an
  // isolate serves. Where no object is bound no session is cached: nobody could say in time that it has ended.
  if (!SESSION_DO) return null;
  const options = {
    ...SESSION_CACHE,
    revocations: SESSION_DO,
    timeoutMs: TIMEOUT_MS,
    onEvent: observe(event),
  };
  return connect(AUTH_SESSION_KV, (kv) => new SessionCacheClient(kv, options));
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
 * Counted by an object, which is exact; by KV where no object is bound, approximately. While either is down each
 * isolate counts by itself: refusing would turn an outage of a counter into an outage of sign-in. What is bound
 * wrongly is no outage: it throws, here or with the first check.
 */
export function rateLimiter(event: RequestEvent): RateLimiterClient {
  const { RATE_LIMIT_DO, RATE_LIMIT_KV } = bindings(event);
  // A limiter of nothing is a wrong binding, and the client says so.
  const handle = (RATE_LIMIT_DO ?? RATE_LIMIT_KV) as NonNullable<typeof RATE_LIMIT_DO>;
  const options = {
    onUnavailable: 'allow' as const,
    waitUntil: waitUntil(event),
    timeoutMs: OBJECT_TIMEOUT_MS,
    onEvent: observe(event),
  };
  return new RateLimiterClient(handle, options);
}

export function authStorage(event: RequestEvent): AuthSecondaryStorage | undefined {
  const options = { timeoutMs: OBJECT_TIMEOUT_MS, onEvent: observe(event) };
  return connect(bindings(event).AUTH_DO, (objects) => secondaryStorage(objects, options)) ?? undefined;
}

export function cartStore(event: RequestEvent): CartStoreClient<Sku> | null {
  const options = {
    // Until it is asked for again, a new cart may be that of a program which keeps no cookies.
    ttlSeconds: event.locals.cartIsNew ? NEW_CART_SECONDS : CART_SECONDS,
    timeoutMs: OBJECT_TIMEOUT_MS,
    onEvent: observe(event),
  };
  return connect(bindings(event).CART_DO, (objects) => new CartStoreClient<Sku>(objects, options));
}

export function sessionStore(event: RequestEvent): SessionStoreClient | null {
  const options = { ttlSeconds: SESSION_SECONDS, timeoutMs: TIMEOUT_MS, onEvent: observe(event) };
  return connect(bindings(event).SESSION_DO, (objects) => new SessionStoreClient(objects, options));
}

function connect<Handle, T>(handle: Handle | undefined, make: (handle: Handle) => T): T | null {
  if (!handle) return null;
  try {
    return make(handle);
  } catch (cause) {
    return without(cause);
  }
}

/** Runs a call that the request can do without; null when the client could not do it. */
export async function optional<T>(work: () => Promise<T> | undefined): Promise<T | null> {
  try {
    return (await work()) ?? null;
  } catch (cause) {
    return without(cause);
  }
}

/** Only for errors of clients: any other is a fault of this app, which nobody would see if it went on. */
function without(cause: unknown): null {
  if (!(cause instanceof CloudflareClientsError)) throw cause;
  report('Going on without it', cause);
  return null;
}

/** Every operation of a request shows up in its Server-Timing header. */
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
