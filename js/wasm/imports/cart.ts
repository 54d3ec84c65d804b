// Parses lines and changes of a cart for src/cart/parse.rs. An invalid value is undefined here, and refused there.
import { isTooDeep } from '../../core/json.js';
import { parse } from './text.js';

// One more line than a cart may have, so that it is refused for that, and no more are read.
const MAX_READ = 501;

interface Fields {
  op?: unknown;
  skuId?: unknown;
  sku?: unknown;
  qty?: unknown;
  size?: unknown;
  rental?: unknown;
}

// A lone surrogate would become U+FFFD: two keys would be one.
const text = (value: unknown) => (typeof value === 'string' && value.isWellFormed() ? value : undefined);

// JSON may have null for undefined; any other value that is no string is refused.
const optional = (value: unknown) =>
  value === undefined || value === null ? undefined : (text(value) ?? false);

function sku(value: unknown): [unknown, unknown] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [undefined, undefined];
  return [text((value as { id?: unknown }).id), JSON.stringify(value)];
}

function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** Six fields for each line of a cart; undefined for an invalid cart. */
export function cartLines(json: string): unknown[] | undefined {
  const cart = objectOf(parse(json));
  if (!cart || isTooDeep(cart)) return undefined;
  return Object.entries(cart)
    .slice(0, MAX_READ)
    .flatMap(([key, value]) => {
      const line = objectOf(value);
      if (!line) return new Array(6).fill(undefined);
      const { sku: product, qty, ...rest } = line;
      return [text(key), ...sku(product), qty, optional(line.size), JSON.stringify(rest)];
    });
}

/** Eight fields for each change; undefined for a value that is no list. */
export function cartChanges(json: string): unknown[] | undefined {
  const changes = parse(json);
  if (!Array.isArray(changes) || isTooDeep(changes)) return undefined;
  return changes.slice(0, MAX_READ).flatMap((value) => {
    const { op, skuId, sku: product, qty, size, rental } = objectOf(value) ?? {};
    const isRented = rental !== undefined && rental !== null;
    const rest = JSON.stringify({ size: size ?? undefined, rental: isRented ? rental : undefined });
    return [op, text(skuId), ...sku(product), qty, optional(size), rest, isRented];
  });
}

// An object's fields in the order of their names: two callers may have given them in another.
const sorted = (_: string, value: unknown) =>
  objectOf(value) ? Object.fromEntries(Object.entries(value as object).sort()) : value;

/** Whether two lines of one key are of one size and, if `rented`, of one rental; by their JSON after the quantity. */
export function cartLinesMatch(one: string, other: string, rented: boolean): boolean {
  try {
    const [mine, theirs] = [one, other].map((tail) => {
      const { size, rental }: Fields = JSON.parse(`{"qty":0${tail}`);
      return JSON.stringify([size || null, rented && (rental ?? null)], sorted);
    });
    return mine === theirs;
  } catch {
    // Nested too deeply to be compared.
    return false;
  }
}
