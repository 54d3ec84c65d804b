// What KV refuses, with production's messages. Limits: developers.cloudflare.com/kv/platform/limits
import type { ListOptions, WriteOptions } from './namespace.js';

export type Method = 'GET' | 'GET_BULK' | 'PUT' | 'DELETE';

const MAX_KEY_BYTES = 512;
const MAX_METADATA_BYTES = 1_024;
const MAX_VALUE_BYTES = 26_214_400;
const MAX_BULK_KEYS = 100;
const MAX_PAGE = 1_000;
const MIN_TTL_SECONDS = 60;
const MIN_CACHE_TTL_SECONDS = 30;
const DEFAULT_CACHE_TTL_SECONDS = 60;
const MAX_INT = 2_147_483_647;

const encoder = new TextEncoder();

export function refused(method: Method, status: number, text: string): Error {
  return new Error(`KV ${method} failed: ${status} ${text}`);
}

/** A key as the binding sends it, which turns any value into text. */
export function checkKey(method: Method, given: unknown): string {
  const key = `${given}`;
  if (method === 'GET_BULK') {
    if (key === '') throw refused(method, 400, 'Key names must not be empty');
    if (key === '.' || key === '..') {
      throw refused(method, 400, `Illegal key name "${key}". Please use a different name.`);
    }
  } else {
    if (key === '') throw new TypeError('Key name cannot be empty.');
    if (key === '.' || key === '..') throw new TypeError(`"${key}" is not allowed as a key name.`);
  }
  checkKeyLength(method, key);
  if (!key.isWellFormed()) throw refused(method, 400, 'Could not URL-decode key name');
  return key;
}

function checkKeyLength(method: Method, key: string): void {
  const bytes = encoder.encode(key).length;
  if (bytes <= MAX_KEY_BYTES) return;
  const text = `UTF-8 encoded length of ${bytes} exceeds key length limit of ${MAX_KEY_BYTES}.`;
  throw refused(method, 414, text);
}

export function checkBulk(keys: readonly unknown[]): void {
  if (keys.length > MAX_BULK_KEYS) {
    throw refused('GET_BULK', 400, `You can request a maximum of ${MAX_BULK_KEYS} keys`);
  }
  if (keys.length === 0) throw refused('GET_BULK', 400, 'You must request a minimum of 1 key');
}

export function checkBulkSize(bytes: number): void {
  if (bytes <= MAX_VALUE_BYTES) return;
  throw refused('GET_BULK', 413, 'Total size of request exceeds the limit of 25MB');
}

export function checkValueSize(bytes: number): void {
  if (bytes <= MAX_VALUE_BYTES) return;
  throw refused('PUT', 413, `Value length of ${bytes} exceeds limit of ${MAX_VALUE_BYTES}.`);
}

/** The `cacheTtl` in ms. */
export function cacheTtlMs(method: Method, cacheTtl: unknown): number {
  const seconds = cacheTtl === undefined ? DEFAULT_CACHE_TTL_SECONDS : integer(cacheTtl);
  if (seconds < MIN_CACHE_TTL_SECONDS) {
    const text = `Invalid cache_ttl of ${seconds}. Cache TTL must be at least ${MIN_CACHE_TTL_SECONDS}.`;
    throw refused(method, 400, text);
  }
  return seconds * 1_000;
}

/** When an entry expires, in seconds since the epoch; the TTL takes precedence over the expiration. */
export function expirationOf(options: WriteOptions, nowMs: number): number | undefined {
  const now = Math.floor(nowMs / 1_000);
  if (options.expirationTtl !== undefined) {
    const ttl = integer(options.expirationTtl);
    const what = `Invalid expiration_ttl of ${ttl}.`;
    if (ttl <= 0) throw refused('PUT', 400, `${what} Please specify integer greater than 0.`);
    if (ttl < MIN_TTL_SECONDS) {
      throw refused('PUT', 400, `${what} Expiration TTL must be at least ${MIN_TTL_SECONDS}.`);
    }
    return now + ttl;
  }
  if (options.expiration === undefined) return undefined;
  const at = integer(options.expiration);
  const what = `Invalid expiration of ${at}.`;
  if (at <= now) {
    const text = `${what} Please specify integer greater than the current number of seconds since the UNIX epoch.`;
    throw refused('PUT', 400, text);
  }
  if (at < now + MIN_TTL_SECONDS) {
    const text = `${what} Expiration times must be at least ${MIN_TTL_SECONDS} seconds in the future.`;
    throw refused('PUT', 400, text);
  }
  return at;
}

/** The metadata as JSON, or undefined when there is none. */
export function metadataOf(options: WriteOptions): string | undefined {
  if (options.metadata === undefined || options.metadata === null) return undefined;
  // A function or a symbol has no JSON, and the service cannot read what the binding then sends.
  const json = JSON.stringify(options.metadata);
  if (json === undefined) throw refused('PUT', 500, 'Internal Server Error');
  const bytes = encoder.encode(json).length;
  if (bytes > MAX_METADATA_BYTES) {
    const text = `Metadata length of ${bytes} exceeds limit of ${MAX_METADATA_BYTES}.`;
    throw refused('PUT', 413, text);
  }
  return json;
}

export function checkListing({ prefix, limit }: ListOptions): { prefix: string; limit: number } {
  const wanted = limit === undefined ? MAX_PAGE : integer(limit);
  if (wanted > MAX_PAGE) {
    const text = `Invalid key_count_limit of ${wanted}. Please specify an integer less than ${MAX_PAGE}.`;
    throw refused('GET', 400, text);
  }
  const start = `${prefix ?? ''}`;
  checkKeyLength('GET', start);
  // The binding does not send a limit of 0 or less.
  return { prefix: start, limit: wanted > 0 ? wanted : MAX_PAGE };
}

// Numbers cross the binding as 32-bit integers: a value that is no number becomes 0, and fractions are cut.
function integer(given: unknown): number {
  const number = Math.trunc(Number(given));
  if (!Number.isFinite(number)) return 0;
  if (Math.abs(number) > MAX_INT) {
    throw new TypeError('Value out of range. Must be between -2147483648 and 2147483647 (inclusive).');
  }
  return number;
}
