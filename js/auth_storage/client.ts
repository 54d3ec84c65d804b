/**
 * better-auth's secondary storage and limiter on Durable Objects: an object for each key.
 *
 * @packageDocumentation
 */

import { type Bad, notText } from '../core/checks.js';
import { CloudflareClientsError } from '../core/error.js';
import { type ObjectClientOptions, type ObjectHandle, type Objects, objectsOf } from '../core/namespace.js';
import { observedObject } from '../core/stub_call.js';
import type { AuthCall } from '../wasm/clients.js';
import { notRule, notSeconds, notTtl, notValue } from './arguments.js';

export { CloudflareClientsError, type ErrorCode } from '../core/error.js';
export type { ClientEvent, EventClient, EventNote, OnEvent } from '../core/events.js';
export type { LocationHint, ObjectClientOptions, ObjectHandle } from '../core/namespace.js';
export type { ClientOptions } from '../core/options.js';

/** What {@link secondaryStorage} answers: better-auth's `SecondaryStorage`. Its functions need no `this`. */
export interface AuthSecondaryStorage {
  /** The value, or null when there is none or it has expired. */
  get: (key: string) => Promise<string | null>;
  /**
   * Stores a text of at most 1 MiB. It ends after `ttl` seconds, or never without one; with 0, which
   * better-auth passes for a session in its last second, it has ended at once.
   */
  set: (key: string, value: string, ttl?: number | undefined) => Promise<void>;
  /** Deletes a key, there or not. */
  delete: (key: string) => Promise<void>;
  /** The value, which is deleted: of all who ask, one gets it. */
  getAndDelete: (key: string) => Promise<string | null>;
  /** Counts one and answers the count. A new counter ends `ttl` seconds after it was made. */
  increment: (key: string, ttl: number) => Promise<number>;
}

/** A rule of better-auth's limiter. */
export interface AuthRateLimitRule {
  /** In seconds. */
  window: number;
  /** How many requests a window admits. */
  max: number;
}

/** What {@link rateLimitStorage} answers: better-auth's `rateLimit.customStorage`. */
export interface AuthRateLimitStorage {
  /** Counts one request if the rule admits it; else says how many seconds are left of the window. */
  consume: (key: string, rule: AuthRateLimitRule) => Promise<{ allowed: boolean; retryAfter: number | null }>;
}

/**
 * The `secondaryStorage` of better-auth on a namespace of `AuthStorageDurableObject`. Each key is an object
 * of its own, so that no two users wait for each other, and it is empty again when its value has expired.
 * Reads see the last write wherever it was made; a value is given by `getAndDelete` once, and `increment`
 * misses no count, however many ask at the same time. A call whose reply was lost is made again and not
 * applied twice.
 *
 * @example
 * ```ts
 * const storage = secondaryStorage(env.AUTH_DO);
 * await storage.set('verification:reset', JSON.stringify({ value: 'u1' }), 3600);
 * await storage.getAndDelete('verification:reset'); // the text, for one of all who ask
 * await storage.increment('attempts', 60); // 1
 * ```
 *
 * @throws {CloudflareClientsError} `invalid_handle` when `namespace` is no Durable Object namespace.
 */
export function secondaryStorage(
  namespace: ObjectHandle,
  options?: ObjectClientOptions,
): AuthSecondaryStorage {
  const objects = objectsOf(namespace, 'secondaryStorage', options);
  const once = () => crypto.randomUUID();
  return {
    get: (key) => call(objects, 'get', key, []),
    // Nobody is told what the object answers to these two.
    set: (key, value, ttl) => call<null>(objects, 'set', key, [once(), value, ttl]).then(nothing),
    delete: (key) => call<null>(objects, 'delete', key, [once()]).then(nothing),
    getAndDelete: (key) => call(objects, 'getAndDelete', key, [once()]),
    increment: (key, ttl) => call(objects, 'increment', key, [once(), ttl]),
  };
}

const nothing = () => {};

/**
 * The `rateLimit.customStorage` of better-auth on the same namespace: exact, wherever and however many
 * requests arrive. It does what better-auth does with `secondaryStorage` and `increment`, and besides writes
 * nothing for a request that it refuses, and tells how much is left of the window.
 *
 * @example
 * ```ts
 * const { consume } = rateLimitStorage(env.AUTH_DO);
 * await consume('203.0.113.7|/sign-in/email', { window: 10, max: 3 }); // { allowed: true, retryAfter: null }
 * ```
 *
 * @throws {CloudflareClientsError} `invalid_handle` when `namespace` is no Durable Object namespace.
 */
export function rateLimitStorage(
  namespace: ObjectHandle,
  options?: ObjectClientOptions,
): AuthRateLimitStorage {
  const objects = objectsOf(namespace, 'rateLimitStorage', options);
  return {
    consume: async (key, rule) => {
      if (typeof rule !== 'object' || rule === null) {
        throw new CloudflareClientsError('invalid_limit', 'A rule is { window, max }');
      }
      const { window, max } = rule;
      const wait = await call<number>(objects, 'consume', key, [crypto.randomUUID(), window, max]);
      return wait === 0 ? { allowed: true, retryAfter: null } : { allowed: false, retryAfter: wait };
    },
  };
}

function call<T>(objects: Objects, ...made: AuthCall): Promise<T> {
  const [method, key] = made;
  const bad = notText(key, 'The key') ?? notArguments(made);
  if (bad) return Promise.reject(bad);
  return observedObject(objects, 'auth_storage', method, (wasm, report) =>
    wasm.authCall(objects, ...made, report),
  );
}

function notArguments([method, , args]: AuthCall): Bad {
  if (method === 'set') return notValue(args[1]) ?? notTtl(args[2]);
  if (method === 'increment') return notSeconds(args[1]);
  return method === 'consume' ? notRule(args[1], args[2]) : undefined;
}
