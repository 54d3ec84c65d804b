// Who is counted: under which key of KV, and by which object. Visitors choose identifiers, so none is refused for its
// length, and none reaches under another prefix or another's count. They are measured before they are copied into the
// wasm, and cross as one text with their prefix.
import { type Bad, notText } from '../core/checks.js';
import type { Exports } from '../wasm/clients.js';
import { byteLength } from '../wasm/imports/text.js';
import { MAX_KEY } from './limit.js';

// No encoded identifier has it.
const HASHED = '%sha256-';

const MAX_HASHED = 65_536;

// A UTF-16 unit is one to three bytes of UTF-8.
const fits = (text: string) =>
  text.length * 3 <= MAX_KEY || (text.length <= MAX_KEY && byteLength(text) <= MAX_KEY);

// Of a very long one the beginning and the length: who sends millions of characters is not to cost as much time.
const hashed = (wasm: Exports, identifier: string) => {
  const { length } = identifier;
  return HASHED + wasm.textHash(length > MAX_HASHED ? identifier.slice(0, MAX_HASHED) + length : identifier);
};

/** The key of a limit in KV: the prefix, and the identifier, in which `:` and `%` are percent-encoded. */
export function kvKey(wasm: Exports, keyPrefix: string, identifier: string): string {
  if (identifier.length <= MAX_KEY) {
    const key = keyPrefix + identifier.replace(/[:%]/g, encodeURIComponent);
    // KV takes neither dot as a key.
    if (fits(key) && key !== '.' && key !== '..') return key;
  }
  return keyPrefix + hashed(wasm, identifier);
}

/** The name of an identifier's object: itself, unless it is too long, or looks like a hash. */
export function objectName(wasm: Exports, identifier: string): string {
  return fits(identifier) && !identifier.startsWith(HASHED) ? identifier : hashed(wasm, identifier);
}

/** The error for what is no identifier: of any length, since it is not copied before it is measured. */
export const notIdentifier = (identifier: unknown): Bad =>
  notText(identifier, 'The identifier', 'invalid_key', Number.POSITIVE_INFINITY);
