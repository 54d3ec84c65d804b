// What JSON can say of a value. `JSON.stringify` makes `{}` of a promise, a Map or a Response, without a word.
import { typeName } from './checks.js';
import { CloudflareClientsError, type ErrorCode } from './error.js';

/** How deep a value may be nested. `JSON.stringify` itself, and whoever walks such a value, fails at some thousands. */
const MAX_LEVELS = 256;

/** @internal Whether what was parsed is deeper: `JSON.parse` itself takes any depth. */
export const isTooDeep = (value: unknown, levels = MAX_LEVELS): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1)));

/** @internal The JSON of a value; or the error that says what JSON would lose of it, and where. */
export function jsonOf(
  value: unknown,
  what: string,
  code: ErrorCode = 'invalid_value',
): string | CloudflareClientsError {
  const lost = (why: string, options?: { cause: unknown }) =>
    new CloudflareClientsError(code, `${what} cannot be stored as JSON: ${why}`, options);
  const walk: Walk = { at: '', asksToJSON: false };
  try {
    const why = lostAt(value, '', [], walk);
    if (why) return lost(why);
    const text = stringified(value);
    if (typeof text === 'string') return text;
    // So a `toJSON` has thrown, or returned what JSON cannot say: it is asked again, to find it.
    walk.asksToJSON = true;
    const found = lostAt(value, '', [], walk);
    if (found || !text) return lost(found ?? `it is ${typeName(value)}`);
    return lost('JSON.stringify threw (see cause)', text);
  } catch (cause) {
    return lost(`${shown(walk.at)} threw (see cause)`, { cause });
  }
}

// The text, nothing where JSON has none, or what was thrown.
function stringified(value: unknown): string | undefined | { cause: unknown } {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    return { cause };
  }
}

interface Walk {
  /** The path of what is read now. */
  at: string;
  /** Whether what says itself how it is stored is asked, or believed. */
  asksToJSON: boolean;
}

function lostAt(given: unknown, path: string, above: object[], walk: Walk, key = ''): string | undefined {
  walk.at = path;
  if (isScalar(given)) return undefined;
  let value = given as object | bigint;
  // Such as a Date.
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    if (!walk.asksToJSON) return undefined;
    walk.at = `${path}.toJSON()`;
    const said = (value as { toJSON(key: string): unknown }).toJSON(key);
    if (isScalar(said)) return undefined;
    value = said as object | bigint;
  }
  if (typeof value === 'bigint') return `${shown(path)} is a BigInt`;
  if (above.includes(value)) return `${shown(path)} refers to what it is in`;
  if (above.length === MAX_LEVELS) return `it has more than ${MAX_LEVELS} levels`;
  const inside = [...above, value];
  const read = (name: string | number, step: string) => {
    walk.at = path + step;
    return lostAt((value as Record<string | number, unknown>)[name], path + step, inside, walk, String(name));
  };
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const lost = read(i, `[${i}]`);
      if (lost) return lost;
    }
    return undefined;
  }
  const names = Object.keys(value);
  const hides = hiding(value, names);
  if (hides) return `${shown(path)} is ${hides}`;
  for (const name of names) {
    const lost = read(name, stepOf(name));
    if (lost) return lost;
  }
  return undefined;
}

// What JSON says, or leaves out.
const isScalar = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'bigint');

const shown = (path: string): string => path.replace(/^\./, '') || 'it';

// What hides its data: a promise, a Map, an Error, bytes, or an object of a class that has nothing else than private state.
function hiding(value: object, names: string[]): string | undefined {
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise';
  const above = Object.getPrototypeOf(value);
  if (above === null || Object.getPrototypeOf(above) === null) return undefined;
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1);
  const hides = names.length === 0 || ArrayBuffer.isView(value) || name === 'Error';
  if (!hides) return undefined;
  return name === 'Object'
    ? 'an object without public fields'
    : `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

// A long or strange name may be data, such as a token: it has digits, or more letters than a name.
function stepOf(name: string): string {
  return /^[A-Za-z_$]{1,20}\d?$/.test(name) ? `.${name}` : '[…]';
}
