// The storage of a Durable Object: values, SQLite and the alarm.

export interface Storage {
  sql: { exec(sql: string, ...args: unknown[]): { raw(): { toArray(): unknown[][] } } };
  kv: {
    get(key: string): unknown;
    put(key: string, value: unknown): void;
    delete(key: string): boolean;
    list(): Iterable<[string, unknown]>;
  };
  setAlarm(at: number): unknown;
}

let writes = 0;

/** How many writes have succeeded, of all objects: whether a call that failed has written something. */
export const writesSoFar = (): number => writes;

export function sqlRows(storage: Storage, sql: string, args: unknown[]): unknown[][] {
  return storage.sql
    .exec(sql, ...args)
    .raw()
    .toArray();
}

export function sqlRun(storage: Storage, sql: string, args: unknown[]): void {
  storage.sql.exec(sql, ...args);
  writes += 1;
}

/** Of a value that is not bytes none: it is refused then, and not taken for a state. */
export function valueGet(storage: Storage, key: string): Uint8Array | undefined {
  const value = storage.kv.get(key);
  return value === undefined || value instanceof Uint8Array ? value : new Uint8Array();
}

/** `value` is a view of the wasm's memory: what is serialized is its buffer, so it is copied. */
export function valuePut(storage: Storage, key: string, value: Uint8Array): void {
  storage.kv.put(key, value.slice());
  writes += 1;
}

export function textGet(storage: Storage, key: string): string | undefined {
  const text = valueGet(storage, key);
  return text && new TextDecoder().decode(text);
}

/** As UTF-8: a string with one character beyond Latin-1 would be stored with two bytes for each of all. */
export const textPut = (storage: Storage, key: string, text: string): void =>
  valuePut(storage, key, new TextEncoder().encode(text));

export function valueDelete(storage: Storage, key: string): void {
  storage.kv.delete(key);
  writes += 1;
}

export function valuesClear(storage: Storage): void {
  for (const key of Array.from(storage.kv.list(), ([key]) => key)) valueDelete(storage, key);
}

/** What `schema` says of an object that version 0.1 must not touch (src/object/tables.rs). */
const LATER = 1_000;

// Storages whose objects have no tables of version 0.1: nobody makes them while this code runs.
const known = new WeakSet<Storage>();

/** The version of the object's tables; none where it has none. */
export function oldVersion(storage: Storage): number | undefined {
  if (known.has(storage)) return undefined;
  const [schema] = sqlRows(storage, "SELECT type FROM sqlite_schema WHERE name = 'schema'", []);
  const [version] = schema ? sqlRows(storage, 'SELECT version FROM schema', []) : [];
  if (version && Number(version[0]) < LATER) return Number(version[0]);
  known.add(storage);
  return undefined;
}

/** Not awaited: the runtime withholds the reply until the writes are on disk. */
export function setAlarm(storage: Storage, at: number): void {
  storage.setAlarm(at);
}
