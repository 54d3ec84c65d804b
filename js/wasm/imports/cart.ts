// Takes lines and changes of a cart apart for src/cart/parse.rs. What is not as it should be is undefined
// here, and refused there.

// One more than a cart has, so that it is refused for that, and no more is read.
const MAX_READ = 501;

interface Fields {
  op?: unknown;
  skuId?: unknown;
  sku?: unknown;
  qty?: unknown;
  size?: unknown;
  rental?: unknown;
}

// Text that UTF-8 cannot say would become U+FFFD: two keys would be one.
const text = (value: unknown) => (typeof value === 'string' && value.isWellFormed() ? value : undefined);

// Null is what JSON leaves of an undefined one; anything else that is no text is refused.
const optional = (value: unknown) =>
  value === undefined || value === null ? undefined : (text(value) ?? false);

function sku(value: unknown): [unknown, unknown] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [undefined, undefined];
  return [text((value as { id?: unknown }).id), JSON.stringify(value)];
}

function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Six fields for each line of a cart; undefined for what is no cart. */
export function cartLines(json: string): unknown[] | undefined {
  const cart = objectOf(parse(json));
  if (!cart) return undefined;
  return Object.entries(cart)
    .slice(0, MAX_READ)
    .flatMap(([key, value]) => {
      const line = objectOf(value);
      if (!line) return new Array(6).fill(undefined);
      const { sku: product, qty, ...rest } = line;
      return [text(key), ...sku(product), qty, optional(line.size), JSON.stringify(rest)];
    });
}

/** Eight fields for each change; undefined for what is no list of changes. */
export function cartChanges(json: string): unknown[] | undefined {
  const changes = parse(json);
  if (!Array.isArray(changes)) return undefined;
  return changes.slice(0, MAX_READ).flatMap((value) => {
    const { op, skuId, sku: product, qty, size, rental } = objectOf(value) ?? {};
    const rest = JSON.stringify({ size: size ?? undefined, rental });
    return [op, text(skuId), ...sku(product), qty, optional(size), rest, rental !== undefined];
  });
}
