/**
 * better-auth's secondary storage and limiter on Durable Objects: an object for each key.
 *
 * @packageDocumentation
 */

import { type Bad, fieldsOf, notText } from '../core/checks.js';
import { refused } from '../core/events.js';
import {
  type AuthObjects,
  OBJECT_OPTIONS,
  type ObjectClientOptions,
  type Objects,
  objectsOf,
} from '../core/namespace.js';
import { optionsOf } from '../core/options.js';
import { ownKey } from '../core/own_key.js';
import { observedObject, otherClass } from '../core/stub_call.js';
import type { AuthCall } from '../wasm/clients.js';
import { notRule, notSeconds, notTtl, notValue } from './arguments.js';

export { CloudflareClientsError, type ErrorCode } from '../core/error.js';
export type { ClientEvent, EventClient, EventNote, OnEvent } from '../core/events.js';
export type { AuthObjects, LocationHint, ObjectClientOptions, ObjectHandle } from '../core/namespace.js';
export type { ClientOptions } from '../core/options.js';

/** The result of {@link secondaryStorage}: better-auth's `SecondaryStorage`. Its functions need no `this`. */
export interface AuthSecondaryStorage {
  /** Returns the value, or null when there is none or it has expired. */
  get: (key: string) => Promise<string | null>;
  /**
   * Stores a text of at most 1 MiB. It expires after `ttl` seconds, or never without one; with 0, which
   * better-auth passes for a session in its last second, it expires at once.
   */
  set: (key: string, value: string, ttl?: number | undefined) => Promise<void>;
  /** Deletes a key; a missing key is not an error. */
  delete: (key: string) => Promise<void>;
  /** Returns the value and deletes it: of concurrent callers, only one gets it. */
  getAndDelete: (key: string) => Promise<string | null>;
  /** Adds one and returns the count. A new counter expires `ttl` seconds after it was created. */
  increment: (key: string, ttl: number) => Promise<number>;
}

/** A rule of better-auth's limiter. */
export interface AuthRateLimitRule {
  /** In seconds. */
  window: number;
  /** How many requests a window admits. */
  max: number;
}

/** The result of {@link rateLimitStorage}: better-auth's `rateLimit.customStorage`. */
export interface AuthRateLimitStorage {
  /** Counts one request if the rule admits it; else returns how many seconds are left of the window. */
  consume: (key: string, rule: AuthRateLimitRule) => Promise<{ allowed: boolean; retryAfter: number | null }>;
}

/**
 * The `secondaryStorage` of better-auth on a namespace of `AuthStorageDurableObject`. Each key is an object
 * of its own, so that no two users wait for each other, and it is empty again when its value has expired.
 * Reads see the last write wherever it was made. `getAndDelete` returns a value once, and `increment` misses
 * no count, however many calls are concurrent. A call whose reply was lost is retried and not applied twice.
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
  namespace: AuthObjects,
  options?: ObjectClientOptions,
): AuthSecondaryStorage {
  const objects = authObjects(namespace, 'secondaryStorage', options);
  return {
    get: (key) => call(objects, 'get', key, []),
    // The object's replies to these two are not passed on.
    set: (key, value, ttl) => call<null>(objects, 'set', key, [ownKey(), value, ttl]).then(nothing),
    delete: (key) => call<null>(objects, 'delete', key, [ownKey()]).then(nothing),
    getAndDelete: (key) => call(objects, 'getAndDelete', key, [ownKey()]),
    increment: (key, ttl) => call(objects, 'increment', key, [ownKey(), ttl]),
  };
}

const nothing = () => {};

/**
 * The `rateLimit.customStorage` of better-auth on the same namespace: exact, wherever and however many
 * requests arrive. It does what better-auth does with `secondaryStorage` and `increment`. In addition it
 * writes nothing for a request that it refuses, and returns how much is left of the window.
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
  namespace: AuthObjects,
  options?: ObjectClientOptions,
): AuthRateLimitStorage {
  const objects = authObjects(namespace, 'rateLimitStorage', options);
  return {
    consume: async (key, rule) => {
      const { bad, window, max } = fieldsOf(rule, ['window', 'max'], 'A rule', 'invalid_limit');
      if (bad) return refused(objects.onEvent, 'auth_storage', 'consume', bad);
      const args: [string, number, number] = [ownKey(), window as number, max as number];
      const wait = await call<number>(objects, 'consume', key, args);
      return wait === 0 ? { allowed: true, retryAfter: null } : { allowed: false, retryAfter: wait };
    },
  };
}

function authObjects(
  namespace: AuthObjects,
  client: string,
  options: ObjectClientOptions | undefined,
): Objects {
  return objectsOf(namespace, client, 'AuthStorageDurableObject', optionsOf(options, OBJECT_OPTIONS));
}

function call<T>(objects: Objects, ...made: AuthCall): Promise<T> {
  const [method, key] = made;
  const bad = notText(key, 'The key') ?? notArguments(made);
  if (bad) return refused(objects.onEvent, 'auth_storage', method, bad);
  const result = observedObject<T>(objects, 'auth_storage', method, (wasm, report) =>
    wasm.authCall(objects, ...made, report),
  );
  const isCount = method === 'increment' || method === 'consume';
  return result.then((value) => {
    if (isCount ? typeof value !== 'number' : value !== null && typeof value !== 'string') throw otherClass();
    return value;
  });
}

function notArguments([method, , args]: AuthCall): Bad {
  if (method === 'set') return notValue(args[1]) ?? notTtl(args[2]);
  if (method === 'increment') return notSeconds(args[1]);
  return method === 'consume' ? notRule(args[1], args[2]) : undefined;
}
