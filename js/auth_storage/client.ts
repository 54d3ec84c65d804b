/**
 * better-auth's secondary storage and limiter on Durable Objects: an object for each key.
 *
 * @packageDocumentation
 */

import { type Bad, fieldsOf, mustBe, notText, refuse } from '../core/checks.js';
import { CloudflareClientsError } from '../core/error.js';
import { refused } from '../core/events.js';
import {
  type AuthObjects,
  OBJECT_OPTIONS,
  type ObjectClientOptions,
  type Objects,
  objectsOf,
} from '../core/namespace.js';
import { booleanOption, optionsOf } from '../core/options.js';
import { ownKey, RESERVED } from '../core/own_key.js';
import { observedObject, otherClass } from '../core/stub_call.js';
import type { AuthCall } from '../wasm/clients.js';
import { notRule, notSeconds, notTtl, notValue } from './arguments.js';
import { TrackedKeys } from './tracked_keys.js';

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
  /**
   * Returns the keys that have a value, without `keyPrefix`: one call for each 500, and one for each key. Needs
   * `trackKeys`.
   */
  listKeys: () => Promise<string[]>;
  /** Deletes all keys under `keyPrefix`. Needs `trackKeys`. */
  clear: () => Promise<void>;
}

/** Options of {@link secondaryStorage}. */
export interface SecondaryStorageOptions extends ObjectClientOptions {
  /**
   * What all keys begin with in the namespace, so that several apps can share it; at most 128 characters.
   * @defaultValue none
   */
  keyPrefix?: string | undefined;
  /**
   * Keeps a list of the keys, for `listKeys` and `clear`: one more call and one more row for each `set` and for each
   * new counter, and one more call behind each deletion. Keys that were set without it are not in the list. Objects of
   * an older version have no list: then calls are `misconfigured`.
   * @defaultValue false
   */
  trackKeys?: boolean | undefined;
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
  options?: SecondaryStorageOptions,
): AuthSecondaryStorage {
  const given = optionsOf(options, OPTIONS);
  const objects = objectsOf(namespace, 'secondaryStorage', 'AuthStorageDurableObject', given);
  const { keyPrefix = '' } = given;
  const bad = notKeyPrefix(keyPrefix);
  if (bad) throw bad;
  const tracked = booleanOption(given.trackKeys, 'trackKeys', false)
    ? new TrackedKeys(objects, keyPrefix)
    : undefined;
  const named = (key: string) => (typeof key === 'string' ? keyPrefix + key : key);
  const get = (key: string) => call<string | null>(objects, 'get', named(key), []);
  const remove = async <T>(method: 'delete' | 'getAndDelete', key: string): Promise<T> => {
    const value = await call<T>(objects, method, named(key), [ownKey()]);
    tracked?.untrack(key);
    return value;
  };
  const listed = (operation: string): Promise<never> =>
    refused(objects.onEvent, 'auth_storage', operation, notTracked(operation));
  return {
    get,
    // The object's replies to these two are not passed on.
    async set(key, value, ttl) {
      if (ttl !== 0 && !notSet(key, value, ttl)) await tracked?.track(key, ttl);
      await call(objects, 'set', named(key), [ownKey(), value, ttl]);
    },
    async delete(key) {
      await remove('delete', key);
    },
    getAndDelete: (key) => remove('getAndDelete', key),
    async increment(key, ttl) {
      const count = await call<number>(objects, 'increment', named(key), [ownKey(), ttl]);
      if (count === 1) await tracked?.track(key, ttl);
      return count;
    },
    async listKeys() {
      if (!tracked) return listed('listKeys');
      const there: string[] = [];
      await each(tracked, async (key) => {
        if ((await get(key)) === null) tracked.untrack(key);
        else there.push(key);
      });
      return there;
    },
    async clear() {
      if (!tracked) return listed('clear');
      await each(tracked, (key) => remove('delete', key));
    },
  };
}

const OPTIONS = [...OBJECT_OPTIONS, 'keyPrefix', 'trackKeys'] as const;

// How many objects are asked at the same time.
const CONCURRENCY = 50;

async function each(tracked: TrackedKeys, job: (key: string) => Promise<unknown>): Promise<void> {
  for await (const page of tracked.pages()) {
    for (let i = 0; i < page.length; i += CONCURRENCY) {
      await Promise.all(page.slice(i, i + CONCURRENCY).map(job));
    }
  }
}

const notSet = (key: string, value: string, ttl: number | undefined): Bad =>
  notText(key, 'The key') ?? notValue(value) ?? notTtl(ttl);

const notTracked = (method: string) =>
  new CloudflareClientsError(
    'unsupported',
    `${method} needs the option trackKeys: true, from the first key on`,
  );

function notKeyPrefix(keyPrefix: unknown): Bad {
  const fits = typeof keyPrefix === 'string' && keyPrefix.length <= 128 && !keyPrefix.startsWith(RESERVED);
  const expected = 'a string of at most 128 characters, which does not begin with U+0001';
  return mustBe(fits, expected, keyPrefix, 'The option keyPrefix');
}

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
  const given = optionsOf(options, OBJECT_OPTIONS);
  const objects = objectsOf(namespace, 'rateLimitStorage', 'AuthStorageDurableObject', given);
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

function call<T>(objects: Objects, ...made: AuthCall): Promise<T> {
  const [method, key] = made;
  const bad = notText(key, 'The key') ?? notReserved(key) ?? notArguments(made);
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

const notReserved = (key: string): Bad =>
  refuse(key.startsWith(RESERVED), 'invalid_key', 'The key must not begin with U+0001');

function notArguments([method, , args]: AuthCall): Bad {
  if (method === 'set') return notValue(args[1]) ?? notTtl(args[2]);
  if (method === 'increment') return notSeconds(args[1]);
  return method === 'consume' ? notRule(args[1], args[2]) : undefined;
}
