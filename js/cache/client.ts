import { bindMethods } from '../core/bound.js';
import {
  type Bad,
  type Fields,
  fieldsOf,
  mustBe,
  notFunction,
  notKVKey,
  notNumber,
  notText,
  optional,
  refuse,
} from '../core/checks.js';
import { noted, type OnEvent, observed, type Report, refused } from '../core/events.js';
import { jsonOf } from '../core/json.js';
import type { Jsonify, Storable } from '../core/json_types.js';
import { type Handle, handleOf, type KVHandle } from '../core/kv_handle.js';
import {
  type ClientOptions,
  functionOption,
  milliseconds,
  nameOption,
  notFunctionOption,
  notMilliseconds,
  optionsOf,
  type WaitUntil,
} from '../core/options.js';
import { SharedKv } from '../kv/shared_kv.js';
import { Member } from '../kv/single_flight.js';
import type { Exports } from '../wasm/driver.js';

/** Options of {@link CacheClient}. */
export interface CacheOptions extends ClientOptions {
  /**
   * Keeps a load alive for its followers when its own request is cancelled, and the write of a loaded value after the
   * answer.
   * @defaultValue in workerd, the runtime's own
   */
  waitUntil?: WaitUntil | undefined;
}

/** Options of {@link CacheClient.getOrSet}. */
export interface GetOrSetOptions {
  /** For this call, instead of the client's. */
  waitUntil?: WaitUntil | undefined;
  /** How long to wait for another call's loader before calling this call's own, in ms. @defaultValue 5000 */
  joinTimeoutMs?: number | undefined;
}

/** Options of {@link CacheClient.clear}. */
export interface ClearOptions {
  /** The prefix of the keys to delete. */
  prefix: string;
  /** Must be true for an empty prefix, which deletes everything. @defaultValue false */
  allowEverything?: boolean | undefined;
  /** The cursor of a call in an earlier invocation, to continue there. */
  cursor?: string | undefined;
  /** Is called with the number of keys deleted so far. */
  onProgress?: ((deleted: number) => void) | undefined;
}

/** The result of {@link CacheClient.clear}. */
export interface ClearResult {
  /** How many keys this call deleted. */
  deleted: number;
  /** Whether no key is left under the prefix, as far as KV can list. */
  complete: boolean;
  /** For a call in the next invocation, when it is not complete. */
  cursor?: string;
}

/**
 * Caches values in KV, such as the results of queries or API calls.
 *
 * Values follow `JSON.stringify`, and are stored as the plain JSON that a `kv.put` by hand would store. A
 * cached `null` is a hit for `getOrSet` and `getMany`. TTLs are in seconds and may be shorter than
 * KV's own 60.
 *
 * @example
 * ```ts
 * const cache = new CacheClient(env.CACHE_KV);
 * const posts = await cache.getOrSet('cache:content:featured', 1_800, () => loadFeatured());
 * await cache.deleteMany(['cache:content:featured', 'cache:content:published:rust']);
 * ```
 */
export class CacheClient {
  readonly #handle: Handle;
  readonly #kv: SharedKv;
  readonly #limitMs: number;
  readonly #waitUntil: WaitUntil | undefined;
  readonly #onEvent: OnEvent | undefined;

  /** @throws {CloudflareClientsError} `invalid_handle` when `kv` is no KV namespace, `misconfigured` for an option. */
  constructor(kv: KVHandle, options?: CacheOptions) {
    const { name, timeoutMs, waitUntil, onEvent } = optionsOf(options, OPTIONS);
    this.#handle = handleOf(kv, 'CacheClient', nameOption(name));
    this.#limitMs = milliseconds(timeoutMs, 'timeoutMs');
    this.#waitUntil = functionOption(waitUntil, 'waitUntil');
    this.#kv = new SharedKv(this.#handle, waitUntil);
    this.#onEvent = functionOption(onEvent, 'onEvent');
  }

  /** Returns a cached value, or null; only `getMany` tells a cached null from a missing key. */
  get<T>(key: string): Promise<T | null> {
    return this.#call('get', key, (wasm, report) =>
      wasm.cacheGet(this.#kv, this.#handle.hasMetadata, this.#limitMs, key, report),
    );
  }

  /**
   * Returns the cached values of many keys, in one operation for each hundred. A missing key is absent from
   * the map; a cached null is in it.
   *
   * @throws {CloudflareClientsError} `partial_failure`, which is not `retryable`, for more keys than the 1,000 operations
   * that one invocation can make: ask for fewer.
   */
  getMany<T>(keys: readonly string[]): Promise<Map<string, T>> {
    return this.#many('getMany', keys, (different, wasm, report) =>
      wasm.cacheGetMany(this.#kv, this.#handle.hasMetadata, this.#limitMs, different, report),
    );
  }

  /**
   * Stores a value for `ttlSeconds`: any finite number above 0.
   *
   * @throws {CloudflareClientsError} `invalid_value` for a value that is not JSON (`undefined`, a BigInt, a
   * cycle, more than 256 levels) or of which JSON would lose a part (a promise, a Map, a Response), with its path;
   * `value_too_large` beyond 25 MiB, `invalid_key`, `invalid_ttl`; then nothing is written.
   */
  set<T>(key: string, value: T & Storable<T>, ttlSeconds: number): Promise<void> {
    const json = notKey(key) ?? notTtl(ttlSeconds) ?? jsonOf(value, 'The value');
    if (typeof json !== 'string') return refused(this.#onEvent, 'cache', 'set', json);
    return observed(this.#onEvent, 'cache', 'set', (wasm, report) =>
      wasm.cacheSet(this.#kv, this.#limitMs, key, json, ttlSeconds, report),
    );
  }

  /** Deletes a key; a missing key is not an error. */
  delete(key: string): Promise<void> {
    return this.#call('delete', key, (wasm, report) =>
      wasm.valueDelete(this.#kv, this.#limitMs, key, report),
    );
  }

  /**
   * Deletes many keys, six at a time. Tries all of them before it rejects.
   *
   * @throws {CloudflareClientsError} `partial_failure` with the remaining keys in `error.keys`, also when there are more
   * keys than the 1,000 operations that one invocation can make: call it again with them in another invocation, such as
   * that of a queue message.
   */
  deleteMany(keys: readonly string[]): Promise<void> {
    return this.#many('deleteMany', keys, (different, wasm, report) =>
      wasm.cacheDeleteMany(this.#kv, this.#limitMs, different, report),
    );
  }

  /**
   * Returns the cached value, or else the result of `fetchFn`, which it stores for `ttlSeconds`.
   *
   * Concurrent calls for the same key share one `fetchFn` within an isolate (single flight). The caller
   * whose `fetchFn` ran gets its value; the followers get what a later hit would return (with a `Date` as a
   * string). When KV fails, the call does not: the value is loaded, or returned without being stored. What
   * `fetchFn` throws is passed on, and nothing is stored.
   *
   * Where there is a `waitUntil`, the value is stored after the answer; until then this isolate answers with it. A
   * value that JSON cannot say, and one that was invalidated while it was loading, is returned and not stored (a
   * `not_cached` event). The same holds for a key that is too long for KV. A TTL of zero or less means: do not cache.
   */
  getOrSet<T>(
    key: string,
    ttlSeconds: number,
    fetchFn: () => Promise<T> | T,
    options?: GetOrSetOptions,
  ): Promise<T | Jsonify<T>> {
    const given = fieldsOf(options, ['waitUntil', 'joinTimeoutMs']);
    const bad =
      notKey(key) ??
      notTtl(ttlSeconds) ??
      notFunction(fetchFn, 'fetchFn', 'invalid_value') ??
      given.bad ??
      notFunctionOption(given.waitUntil, 'waitUntil') ??
      optional(notMilliseconds, given.joinTimeoutMs, 'joinTimeoutMs');
    if (bad) return refused(this.#onEvent, 'cache', 'getOrSet', bad);
    const joinMs = given.joinTimeoutMs ?? JOIN_TIMEOUT_MS;
    const { hasMetadata } = this.#handle;
    const { waitUntil } = given;
    const kv = waitUntil ? new SharedKv(this.#handle, waitUntil) : this.#kv;
    const member = new Member(kv, waitUntil ?? this.#waitUntil, (code) =>
      noted(this.#onEvent, 'cache', 'getOrSet', 'not_cached', code),
    );
    return observed<T | Jsonify<T>>(
      this.#onEvent,
      'cache',
      'getOrSet',
      (wasm, report) =>
        wasm.cacheGetOrSet(kv, hasMetadata, this.#limitMs, key, ttlSeconds, fetchFn, member, joinMs, report),
      () => member.leave(),
    );
  }

  /**
   * Deletes all keys under a prefix: the manual purge. Stops before the 1,000 operations that one invocation can make;
   * then `complete` is false, and `cursor` is for a call in the next invocation: the next request, or a queue message.
   * An empty prefix, which means every key, needs `allowEverything: true`.
   *
   * @throws {CloudflareClientsError} `invalid_key` for an empty prefix without `allowEverything`; `unsupported` on a handle
   * without `list`; `partial_failure` when KV fails before the end: call it again.
   *
   * @example
   * ```ts
   * const cursor = new URL(request.url).searchParams.get('cursor') ?? undefined;
   * const result = await cache.clear({ prefix: 'cache:content:', cursor });
   * // Unless result.complete, the next request passes result.cursor.
   * ```
   */
  clear(options: ClearOptions): Promise<ClearResult> {
    // JavaScript may pass no options at all: then the prefix is missing.
    const given = fieldsOf(options, CLEAR_OPTIONS);
    const bad = given.bad ?? notText(given.prefix, 'prefix') ?? this.#notClearable(given);
    if (bad) return refused(this.#onEvent, 'cache', 'clear', bad);
    const { prefix, cursor, onProgress } = given as ClearOptions;
    // What is loading now is not listed yet.
    this.#kv.memory.invalidateAll();
    return observed(this.#onEvent, 'cache', 'clear', (wasm, report) =>
      wasm.cacheClear(this.#kv, this.#limitMs, prefix, cursor, onProgress, report),
    );
  }

  #notClearable({ prefix, allowEverything, cursor, onProgress }: ClearFields): Bad {
    const isFlag = allowEverything === undefined || typeof allowEverything === 'boolean';
    return (
      mustBe(isFlag, 'true or false', allowEverything, 'The option allowEverything') ??
      optional(notText, cursor, 'The option cursor', 'misconfigured') ??
      notFunctionOption(onProgress, 'onProgress') ??
      refuse(!this.#handle.hasList, 'unsupported', 'clear needs a KV handle with list()') ??
      refuse(
        prefix === '' && allowEverything !== true,
        'invalid_key',
        'An empty prefix deletes everything: pass allowEverything: true if you mean it',
      )
    );
  }

  #call<T>(
    operation: string,
    key: string,
    start: (wasm: Exports, report: Report | undefined) => unknown,
  ): Promise<T> {
    const bad = notKey(key);
    if (bad) return refused(this.#onEvent, 'cache', operation, bad);
    return observed(this.#onEvent, 'cache', operation, start);
  }

  #many<T>(
    operation: string,
    keys: readonly string[],
    start: (different: string[], wasm: Exports, report: Report | undefined) => unknown,
  ): Promise<T> {
    const noList = mustBe(Array.isArray(keys), 'an array of strings', keys, 'keys', 'invalid_key');
    if (noList) return refused(this.#onEvent, 'cache', operation, noList);
    const different = [...new Set(keys)];
    for (const key of different) {
      const bad = notKVKey(key, 'A key');
      if (bad) return refused(this.#onEvent, 'cache', operation, bad);
    }
    return observed(this.#onEvent, 'cache', operation, (wasm, report) => start(different, wasm, report));
  }
}

const OPTIONS = ['name', 'timeoutMs', 'waitUntil', 'onEvent'] as const;

const CLEAR_OPTIONS = ['prefix', 'allowEverything', 'cursor', 'onProgress'] as const;

type ClearFields = Fields<ClearOptions, (typeof CLEAR_OPTIONS)[number]>;

bindMethods(CacheClient);

const JOIN_TIMEOUT_MS = 5_000;

const notKey = (key: unknown) => notKVKey(key, 'The key');

const notTtl = (ttlSeconds: unknown) => notNumber(ttlSeconds, 'ttlSeconds', 'invalid_ttl');
