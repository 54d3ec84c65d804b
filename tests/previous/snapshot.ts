// What an object has stored, as data: taken from the storage of one, and put into that of another.

/** What this uses of a storage: workerd's, or the simulation's. */
export interface Storage {
  sql: { exec(query: string, ...bindings: unknown[]): { raw(): { toArray(): unknown[][] } } };
  kv: {
    put(key: string, value: unknown): void;
    list(): Iterable<[string, unknown]>;
  };
  setAlarm(at: number): Promise<void>;
  getAlarm(): Promise<number | null>;
}

/** All that is stored. */
export interface Stored {
  alarm: number | null;
  /** The statements that make tables, indexes and views, in their order. */
  schema: string[];
  /** The rows of each table. */
  rows: Record<string, unknown[][]>;
  /** What is in `storage.kv`. */
  values: Record<string, unknown>;
}

/** A call, in ms after the moment of the snapshot, and what the class that had stored it replied. */
export interface Call {
  ms: number;
  method: string;
  args: unknown[];
  reply: unknown;
}

/** An object at a moment, and what became of it in the version that has made it. */
export interface Snapshot {
  stored: Stored;
  /** The calls that were made on it afterwards. Once its alarms have rung after those, nothing is stored. */
  calls: Call[];
  /** Whether its alarms alone leave nothing, too: what is kept until it is deleted is left. */
  ends: boolean;
}

/** The snapshots of a class, by names that say what was done. */
export interface Snapshots {
  className: string;
  madeAt: number;
  objects: Record<string, Snapshot>;
}

const SCHEMA =
  "SELECT type, name, sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY rowid";

/** Everything in a storage. */
export async function take(storage: Storage): Promise<Stored> {
  const rows = (query: string) => storage.sql.exec(query).raw().toArray();
  const schema = rows(SCHEMA);
  const tables = schema.filter(([type]) => type === 'table').map(([, name]) => name);
  return {
    alarm: await storage.getAlarm(),
    schema: schema.map(([, , sql]) => String(sql)),
    rows: Object.fromEntries(tables.map((name) => [name, rows(`SELECT * FROM "${name}"`)])),
    values: Object.fromEntries(storage.kv.list()),
  };
}

/** Stores it in an empty storage. */
export async function restore(storage: Storage, { alarm, schema, rows, values }: Stored): Promise<void> {
  for (const sql of schema) storage.sql.exec(sql);
  for (const [table, all] of Object.entries(rows)) {
    for (const row of all) {
      storage.sql.exec(`INSERT INTO "${table}" VALUES (${row.map(() => '?').join(', ')})`, ...row);
    }
  }
  for (const [key, value] of Object.entries(values)) storage.kv.put(key, value);
  if (alarm !== null) await storage.setAlarm(alarm);
}

/** A reply without the words of a refusal, which another version may say differently. */
export function plain(reply: unknown): unknown {
  const { message: _, class: __, ...rest } = reply as { ok: boolean; message?: string; class?: string };
  return rest;
}

/** What JSON cannot say, or not in short, said in JSON. */
export function toJson(value: unknown): unknown {
  if (value === undefined) return { $: 'undefined' };
  if (value instanceof Date) return { $: 'date', ms: value.getTime() };
  if (value instanceof ArrayBuffer) return { $: 'buffer', bytes: [...new Uint8Array(value)] };
  if (value instanceof Uint8Array) return { $: 'bytes', bytes: [...value] };
  if (typeof value !== 'string') return mapped(value, toJson);
  const parts = partsOf(value);
  return parts.length > 1 ? { $: 'text', parts } : value;
}

interface Said {
  $?: string;
  ms?: number;
  bytes?: number[];
  parts?: Part[];
}

export function fromJson(value: unknown): unknown {
  const { $: kind, ms = 0, bytes = [], parts = [] } = (value ?? {}) as Said;
  if (kind === 'undefined') return undefined;
  if (kind === 'date') return new Date(ms);
  if (kind === 'buffer') return new Uint8Array(bytes).buffer;
  if (kind === 'bytes') return new Uint8Array(bytes);
  if (kind === 'text')
    return parts.map((part) => (typeof part === 'string' ? part : repeated(part))).join('');
  return mapped(value, fromJson);
}

/** A piece of a text, or a character and how often it is repeated. */
type Part = string | [character: string, times: number];

const repeated = ([character, times]: [string, number]) => character.repeat(times);

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const { 0: run, 1: character = '', index } of text.matchAll(/(.)\1{999,}/gsu)) {
    parts.push(text.slice(from, index), [character, run.length / character.length]);
    from = index + run.length;
  }
  return [...parts, text.slice(from)];
}

function mapped(value: unknown, map: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, map(inner)]));
}
