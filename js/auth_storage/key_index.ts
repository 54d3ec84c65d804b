// The keys that a secondary storage has set, so that they can be listed: a share of them in each index object. More may
// be in it than there are values: who lists asks for the values.

interface Storage {
  sql: { exec(sql: string, ...args: unknown[]): { toArray(): Record<string, unknown>[] } };
  setAlarm(at: number): unknown;
}

// A key that was tracked less long ago may be of a `set` that is still under way.
const SETTLED_MS = 120_000;
const DAY_MS = 86_400_000;

const TABLE = `CREATE TABLE tracked_keys
  (key TEXT PRIMARY KEY, until REAL, tracked_at REAL NOT NULL) WITHOUT ROWID`;

/** @internal The index that an object is. */
export class KeyIndex {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  get isThere(): boolean {
    return this.#rows("SELECT 1 FROM sqlite_schema WHERE name = 'tracked_keys'").length > 0;
  }

  /** `until` is null for a value that does not expire. */
  track(key: string, until: number | null, now: number): void {
    if (!this.isThere) {
      this.#rows(TABLE);
      this.#storage.setAlarm(now + DAY_MS);
    }
    this.#rows('INSERT OR REPLACE INTO tracked_keys VALUES (?, ?, ?)', key, until, now);
  }

  /** The value is gone, unless it is set again just now. */
  untrack(key: string, now: number): void {
    if (!this.isThere) return;
    this.#rows('DELETE FROM tracked_keys WHERE key = ? AND tracked_at <= ?', key, now - SETTLED_MS);
  }

  /** The next `limit` keys in their order. */
  list(after: string, limit: number, now: number): string[] {
    if (!this.isThere) return [];
    const sql =
      'SELECT key FROM tracked_keys WHERE key > ? AND (until IS NULL OR until > ?) ORDER BY key LIMIT ?';
    return this.#rows(sql, after, now, limit).map(({ key }) => String(key));
  }

  /** Once a day: forgets the values that have expired. True when none is left. */
  forget(now: number): boolean {
    this.#rows('DELETE FROM tracked_keys WHERE until <= ?', now);
    const isEmpty = this.#rows('SELECT 1 FROM tracked_keys LIMIT 1').length === 0;
    if (!isEmpty) this.#storage.setAlarm(now + DAY_MS);
    return isEmpty;
  }

  #rows(sql: string, ...args: unknown[]): Record<string, unknown>[] {
    return this.#storage.sql.exec(sql, ...args).toArray();
  }
}
