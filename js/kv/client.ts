import { bindMethods } from '../core/bound.js';
import {
  type Bad,
  fieldsOf,
  mustBe,
  notKVKey,
  notNumber,
  notText,
  optional,
  refuse,
} from '../core/checks.js';
import { type OnEvent, observed, type Report, refused } from '../core/events.js';
import { jsonOf } from '../core/json.js';
import { type Handle, handleOf, type KVHandle } from '../core/kv_handle.js';
import { type ClientOptions, functionOption, milliseconds, nameOption, optionsOf } from '../core/options.js';
import type { Exports } from '../wasm/driver.js';
import { isTooLong, SharedKv } from './shared_kv.js';

/** How a value is stored, by KV's own rules. */
export interface KVPutOptions {
  /** Seconds: a whole number from 60 on. */
  expirationTtl?: number | undefined;
  /** Seconds since the epoch, at least 60 from now. */
  expiration?: number | undefined;
  /** Any JSON value of at most 1,024 bytes. */
  metadata?: unknown;
}

/** Options of {@link KVClient.list}. */
export interface KVListOptions {
  /** The prefix of the keys. @defaultValue all keys */
  prefix?: string | undefined;
  /** How many keys a page has at most, from 1 to 1000. @defaultValue 1000 */
  pageSize?: number | undefined;
}

/** A key of a listing. */
export interface KVListedKey<Metadata = unknown> {
  name: string;
  /** Seconds since the epoch. */
  expiration?: number;
  metadata?: Metadata;
}

/** A value with its metadata. */
export interface KVEntry<Value, Metadata = unknown> {
  value: Value | null;
  metadata: Metadata | null;
}

/**
 * The basics of KV, checked and observed: invalid keys, expiries and sizes are refused with a typed error
 * before anything is written, and `onEvent` is called for every operation.
 *
 * @example
 * ```ts
 * const kv = new KVClient(env.CACHE_KV, { onEvent: ({ operation, ms, hit }) => console.log(operation, ms, hit) });
 * await kv.put('config:theme', JSON.stringify({ dark: true }), { expirationTtl: 3600 });
 * await kv.get<{ dark: boolean }>('config:theme', 'json');
 * for await (const { name } of kv.list({ prefix: 'config:' })) await kv.delete(name);
 * ```
 */
export class KVClient {
  readonly #handle: Handle;
  readonly #kv: SharedKv;
  readonly #limitMs: number;
  readonly #onEvent: OnEvent | undefined;

  /** @throws {CloudflareClientsError} `invalid_handle` when `kv` is no KV namespace, `misconfigured` for an option. */
  constructor(kv: KVHandle, options?: ClientOptions) {
    const { name, timeoutMs, onEvent } = optionsOf(options, OPTIONS);
    this.#handle = handleOf(kv, 'KVClient', nameOption(name));
    this.#kv = new SharedKv(this.#handle);
    this.#limitMs = milliseconds(timeoutMs, 'timeoutMs');
    this.#onEvent = functionOption(onEvent, 'onEvent');
  }

  /**
   * Reads a key, as text or as JSON; null when the key is missing.
   *
   * @throws {CloudflareClientsError} `invalid_value` when `type` is `json` and the stored value is not valid JSON.
   */
  get(key: string, type?: 'text'): Promise<string | null>;
  get<T>(key: string, type: 'json'): Promise<T | null>;
  get(key: string, type: 'text' | 'json' = 'text'): Promise<unknown> {
    const bad = notType(type);
    if (bad) return refused(this.#onEvent, 'kv', 'get', bad);
    return this.#call('get', key, (wasm, report) =>
      wasm.valueGet(this.#kv, this.#limitMs, key, type === 'json', report),
    );
  }

  /** Reads a key with its metadata. */
  getWithMetadata<Metadata = unknown>(key: string, type?: 'text'): Promise<KVEntry<string, Metadata>>;
  getWithMetadata<T, Metadata = unknown>(key: string, type: 'json'): Promise<KVEntry<T, Metadata>>;
  getWithMetadata(key: string, type: 'text' | 'json' = 'text'): Promise<unknown> {
    const bad = notType(type);
    if (bad) return refused(this.#onEvent, 'kv', 'getWithMetadata', bad);
    const { kv, hasMetadata } = this.#handle;
    return this.#call('getWithMetadata', key, (wasm, report) => {
      // Read for this call alone: metadata is an object of the caller's. Under a key that is too long nothing is asked.
      const from = isTooLong(key) ? this.#kv : kv;
      return wasm.valueGetWithMetadata(from, hasMetadata, this.#limitMs, key, type === 'json', report);
    });
  }

  /** Writes a key. */
  put(key: string, value: string, options?: KVPutOptions): Promise<void> {
    const {
      bad: unreadable,
      expirationTtl,
      expiration,
      metadata,
    } = fieldsOf(options, ['expirationTtl', 'expiration', 'metadata']);
    const bad =
      notText(value, 'The value', 'invalid_value', MAX_VALUE) ??
      unreadable ??
      optional(notNumber, expirationTtl, 'expirationTtl', 'invalid_ttl') ??
      optional(notNumber, expiration, 'expiration', 'invalid_ttl');
    const json = bad ?? (metadata === undefined ? undefined : jsonOf(metadata, 'The metadata'));
    if (json && typeof json !== 'string') return refused(this.#onEvent, 'kv', 'put', json);
    return this.#call('put', key, (wasm, report) =>
      wasm.valuePut(this.#kv, this.#limitMs, key, value, expirationTtl, expiration, json, report),
    );
  }

  /** Deletes a key; a missing key is not an error. */
  delete(key: string): Promise<void> {
    return this.#call('delete', key, (wasm, report) =>
      wasm.valueDelete(this.#kv, this.#limitMs, key, report),
    );
  }

  /** Lists the keys under a prefix; each page is read when it is needed. */
  async *list<Metadata = unknown>(
    options?: KVListOptions,
  ): AsyncGenerator<KVListedKey<Metadata>, void, void> {
    const { bad: unreadable, prefix = '', pageSize = 1_000 } = fieldsOf(options, ['prefix', 'pageSize']);
    const bad = unreadable ?? notText(prefix, 'prefix') ?? this.#notListable(pageSize);
    if (bad) return refused(this.#onEvent, 'kv', 'list', bad);
    let cursor: string | undefined;
    do {
      const from = cursor;
      const page = await observed<KVPage<Metadata>>(this.#onEvent, 'kv', 'list', (wasm, report) =>
        wasm.valueList(this.#kv, this.#limitMs, prefix, pageSize, from, report),
      );
      yield* page.keys;
      cursor = page.list_complete ? undefined : page.cursor;
    } while (cursor);
  }

  #notListable(pageSize: number): Bad {
    const fits = Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= 1_000;
    return (
      refuse(!this.#handle.hasList, 'unsupported', 'list needs a KV handle with list()') ??
      mustBe(fits, 'a whole number from 1 to 1000', pageSize, 'pageSize')
    );
  }

  #call<T>(
    operation: string,
    key: string,
    start: (wasm: Exports, report: Report | undefined) => unknown,
  ): Promise<T> {
    const bad = notKVKey(key, 'The key');
    if (bad) return refused(this.#onEvent, 'kv', operation, bad);
    return observed(this.#onEvent, 'kv', operation, start);
  }
}

bindMethods(KVClient);

const OPTIONS = ['name', 'timeoutMs', 'onEvent'] as const;

// KV's 25 MiB: a UTF-16 unit is at least one byte of UTF-8.
const MAX_VALUE = 26_214_400;

interface KVPage<Metadata> {
  keys: KVListedKey<Metadata>[];
  list_complete: boolean;
  cursor?: string;
}

function notType(type: unknown): Bad {
  return refuse(
    type !== 'text' && type !== 'json',
    'unsupported',
    "KVClient reads 'text' or 'json'; use the binding for bytes and streams",
  );
}
