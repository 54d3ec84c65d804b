// What JSON can say of a value. `JSON.stringify` makes `{}` of a promise, a Map or a Response, without a word.

/** How deep a value may be nested. `JSON.stringify` itself, and whoever walks such a value, fails at some thousands. */
const MAX_LEVELS = 256;

/** @internal Whether what was parsed is deeper: `JSON.parse` itself takes any depth. */
export const isTooDeep = (value: unknown, levels = MAX_LEVELS): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1)));

/** @internal The JSON of a value; or what JSON would lose of it and where, in words. */
export function jsonOf(value: unknown): { text: string } | { lost: string } {
  try {
    const lost = lostAt(value, 'value', []);
    if (lost) return { lost };
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined ? { lost: `it is ${typeof value}` } : { text };
  } catch {
    return { lost: 'it cannot be read' };
  }
}

/** @internal The same; undefined where JSON would lose something. */
export function jsonText(value: unknown): string | undefined {
  const json = jsonOf(value);
  return 'text' in json ? json.text : undefined;
}

function lostAt(value: unknown, path: string, above: object[]): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'bigint' ? `a BigInt at ${path}` : undefined;
  }
  // What says itself how it is stored is believed, such as a Date.
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return undefined;
  if (above.includes(value)) return `a circle at ${path}`;
  if (above.length === MAX_LEVELS) return `more than ${MAX_LEVELS} levels`;
  const inside = [...above, value];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const lost = lostAt(value[i], `${path}[${i}]`, inside);
      if (lost) return lost;
    }
    return undefined;
  }
  const names = Object.keys(value);
  if (hidesItsData(value, names)) return `${nameOf(value)} at ${path}`;
  for (const name of names) {
    const lost = lostAt((value as Record<string, unknown>)[name], path + stepOf(name), inside);
    if (lost) return lost;
  }
  return undefined;
}

// A promise, a Map, an Error, bytes, or an object of a class that has nothing else than private state.
function hidesItsData(value: object, names: string[]): boolean {
  if (typeof (value as { then?: unknown }).then === 'function') return true;
  const above = Object.getPrototypeOf(value);
  if (above === null || Object.getPrototypeOf(above) === null) return false;
  return names.length === 0 || ArrayBuffer.isView(value) || nameOf(value) === 'Error';
}

function nameOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

// A long or strange name may be data, such as a token.
function stepOf(name: string): string {
  return /^[A-Za-z_$][\w$]{0,31}$/.test(name) ? `.${name}` : '[…]';
}
