import { checkListing, refused } from './limits.js';
import type { Entry } from './locations.js';
import type { ListedKey, ListOptions, ListPage } from './namespace.js';

const MARK = 'after:';

/** Makes a page: up to `limit` entries are iterated, and deleted or expired ones are left out. */
export function page<Metadata>(
  options: ListOptions,
  entriesUnder: (prefix: string) => Iterable<Entry>,
): ListPage<Metadata> {
  const { prefix, limit } = checkListing(options);
  const after = options.cursor ? nameOf(`${options.cursor}`) : undefined;
  const rest = [...entriesUnder(prefix)]
    .filter(({ name }) => after === undefined || byUtf8(name, after) > 0)
    .sort((a, b) => byUtf8(a.name, b.name));
  const met = rest.slice(0, limit);
  const keys = met.flatMap((entry) => listed<Metadata>(entry));
  const last = met.at(-1);
  if (!last || rest.length === met.length) return { keys, list_complete: true, cacheStatus: null };
  return { keys, list_complete: false, cursor: cursorOf(last.name), cacheStatus: null };
}

function listed<Metadata>({ name, version }: Entry): ListedKey<Metadata>[] {
  if (!version) return [];
  const key: ListedKey<Metadata> = { name };
  if (version.expiration !== undefined) key.expiration = version.expiration;
  if (version.metadata !== undefined) key.metadata = JSON.parse(version.metadata) as Metadata;
  return [key];
}

// The order of the UTF-8 bytes: UTF-16 has the surrogates before U+E000, UTF-8 has them last.
function byUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

// Opaque to users, who should neither read a key from a cursor nor make one.
function cursorOf(name: string): string {
  const bytes = new TextEncoder().encode(MARK + name);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function nameOf(cursor: string): string {
  const text = decoded(cursor);
  if (!text?.startsWith(MARK)) throw refused('GET', 400, 'Invalid cursor');
  return text.slice(MARK.length);
}

function decoded(cursor: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(cursor), (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
