import { describe, expect, test } from 'vitest';

/** What the objects use of a storage: workerd's, or the simulation's. */
export interface ObjectStorage {
  sql: {
    exec(
      query: string,
      ...bindings: unknown[]
    ): { raw(): { toArray(): unknown[][] }; toArray(): Record<string, unknown>[]; columnNames: string[] };
  };
  kv: {
    get(key: string): unknown;
    put(key: string, value: unknown): void;
    delete(key: string): boolean;
    list(): Iterable<[string, unknown]>;
  };
  transactionSync<T>(closure: () => T): T;
  setAlarm(at: number): Promise<void>;
  getAlarm(): Promise<number | null>;
  deleteAlarm(): Promise<void>;
  deleteAll(): Promise<void>;
}

/** Runs a job on the storage of a new object. */
export type WithStorage = (job: (storage: ObjectStorage) => void | Promise<void>) => Promise<void>;

const LATER = 4_000_000_000_000;

/** What holds of workerd's storage, and of the double that the simulation uses in its place. */
export function storageSuite(name: string, within: WithStorage): void {
  const rows = ({ sql }: ObjectStorage, query: string, ...bindings: unknown[]) =>
    sql
      .exec(query, ...bindings)
      .raw()
      .toArray();
  const tables = (storage: ObjectStorage) =>
    rows(
      storage,
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
    ).flat();
  const on = (what: string, job: (storage: ObjectStorage) => void | Promise<void>) =>
    test(what, () => within(job));

  describe(`storage: ${name}`, () => {
    on('values come back as they were stored, by the type of their column', (storage) => {
      storage.sql.exec('CREATE TABLE t (i INTEGER, r REAL, s TEXT, n TEXT, b BLOB)');
      const bytes = new Uint8Array([1, 2]).buffer;
      storage.sql.exec('INSERT INTO t VALUES (?, ?, ?, ?, ?)', 1_900_000_000_123, 0.5, 'ä\n"', null, bytes);
      const [row = []] = rows(storage, 'SELECT * FROM t');
      expect(row.slice(0, 4)).toEqual([1_900_000_000_123, 0.5, 'ä\n"', null]);
      expect(new Uint8Array(row[4] as ArrayBuffer)).toEqual(new Uint8Array([1, 2]));
      expect(storage.sql.exec('SELECT i AS one, s FROM t').toArray()).toEqual([
        { one: 1_900_000_000_123, s: 'ä\n"' },
      ]);
      expect(storage.sql.exec('SELECT i AS one, s FROM t').columnNames).toEqual(['one', 's']);
      expect(rows(storage, 'SELECT max(i) FROM t WHERE i < 0')).toEqual([[null]]);
      expect(rows(storage, 'SELECT ?1 + ?2, ?1', 2, 3)).toEqual([[5, 2]]);
      // Neither is what it seems: a boolean is a text, and a number is real.
      expect(rows(storage, 'SELECT ?, 1 WHERE 1', true)).toEqual([['true', 1]]);
      expect(rows(storage, 'SELECT 1 WHERE ?', true)).toEqual([]);
      expect(rows(storage, 'SELECT typeof(?), ?', 3, undefined)).toEqual([['real', null]]);
      expect(() => storage.sql.exec('SELECT ?', 1n)).toThrow(TypeError);
    });

    on('several statements are run, and the last is answered', (storage) => {
      const answer = rows(storage, 'CREATE TABLE t (a); INSERT INTO t VALUES (1); SELECT a FROM t');
      expect(answer).toEqual([[1]]);
    });

    on('what is wrong throws, and the rest goes on', (storage) => {
      storage.sql.exec('CREATE TABLE t (a INTEGER PRIMARY KEY)');
      storage.sql.exec('INSERT INTO t VALUES (1)');
      expect(() => storage.sql.exec('INSERT INTO t VALUES (1)')).toThrow(/UNIQUE constraint failed/);
      expect(() => storage.sql.exec('SELECT absent FROM t')).toThrow(/no such column/);
      expect(() => storage.sql.exec('SELECT a FROM t WHERE a = ?')).toThrow(
        /[Ww]rong number of parameter bindings/,
      );
      expect(() => storage.sql.exec('BEGIN TRANSACTION')).toThrow();
      expect(rows(storage, 'SELECT a FROM t')).toEqual([[1]]);
    });

    on('a transaction that throws leaves no row, no table, no value and no alarm', async (storage) => {
      storage.sql.exec('CREATE TABLE t (a)');
      storage.kv.put('k', 'before');
      await storage.setAlarm(LATER);
      const failing = () =>
        storage.transactionSync(() => {
          storage.sql.exec('INSERT INTO t VALUES (1)');
          storage.sql.exec('CREATE TABLE more (a)');
          storage.kv.put('k', 'after');
          storage.kv.put('new', 1);
          void storage.setAlarm(LATER + 1);
          throw new Error('undone');
        });
      expect(failing).toThrow('undone');
      expect(rows(storage, 'SELECT count(*) FROM t')).toEqual([[0]]);
      expect(tables(storage)).toEqual(['t']);
      expect(storage.kv.get('k')).toBe('before');
      expect(storage.kv.get('new')).toBeUndefined();
      expect(await storage.getAlarm()).toBe(LATER);
      expect(storage.transactionSync(() => 7)).toBe(7);
    });

    on('a transaction within another is undone alone', (storage) => {
      storage.sql.exec('CREATE TABLE t (a)');
      storage.transactionSync(() => {
        storage.sql.exec('INSERT INTO t VALUES (1)');
        expect(() =>
          storage.transactionSync(() => {
            storage.sql.exec('INSERT INTO t VALUES (2)');
            throw new Error('undone');
          }),
        ).toThrow('undone');
        storage.sql.exec('INSERT INTO t VALUES (3)');
      });
      expect(rows(storage, 'SELECT a FROM t ORDER BY a')).toEqual([[1], [3]]);
    });

    on('one alarm is set at a time, and read at once', async (storage) => {
      expect(await storage.getAlarm()).toBeNull();
      await storage.setAlarm(LATER);
      await storage.setAlarm(LATER - 1);
      expect(await storage.getAlarm()).toBe(LATER - 1);
      await storage.deleteAlarm();
      expect(await storage.getAlarm()).toBeNull();
    });

    on('values in kv are copies of what JSON cannot say, too', (storage) => {
      const value = { at: new Date(5), list: [1, undefined], big: 1n };
      storage.kv.put('a', value);
      value.list.push(2);
      expect(storage.kv.get('a')).toEqual({ at: new Date(5), list: [1, undefined], big: 1n });
      storage.kv.put('b', 'text');
      expect([...storage.kv.list()].map(([key]) => key)).toEqual(['a', 'b']);
      expect(storage.kv.delete('a')).toBe(true);
      expect(storage.kv.delete('a')).toBe(false);
      expect(storage.kv.get('a')).toBeUndefined();
    });

    on('deleteAll leaves nothing, and a new table can be made at once', async (storage) => {
      storage.sql.exec('CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID');
      storage.sql.exec('CREATE INDEX i ON t (a)');
      storage.sql.exec('CREATE VIEW v AS SELECT 7 AS seven');
      expect(rows(storage, 'SELECT seven FROM v')).toEqual([[7]]);
      storage.kv.put('k', 1);
      await storage.deleteAll();
      expect(tables(storage)).toEqual([]);
      expect(rows(storage, "SELECT name FROM sqlite_schema WHERE name IN ('t', 'i', 'v')")).toEqual([]);
      expect(storage.kv.get('k')).toBeUndefined();
      storage.sql.exec('CREATE TABLE t (b)');
      expect(rows(storage, 'SELECT * FROM t')).toEqual([]);
    });

    on(
      'the statements of the package are known: conflicts, returning, joins, strings put together',
      (storage) => {
        storage.sql.exec('CREATE TABLE t (k TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID');
        const put = 'INSERT INTO t VALUES (?1, ?2) ON CONFLICT DO UPDATE SET n = n + ?2 RETURNING n';
        expect(rows(storage, put, 'a', 2)).toEqual([[2]]);
        expect(rows(storage, put, 'a', 3)).toEqual([[5]]);
        storage.sql.exec('REPLACE INTO t VALUES (?, ?)', 'b', 1);
        const all =
          "SELECT '{' || coalesce(group_concat(k || n), '') || '}' FROM (SELECT * FROM t ORDER BY k)";
        expect(rows(storage, all)).toEqual([['{a5,b1}']]);
        expect(rows(storage, 'SELECT max(iif(n < ?1, n, 0)) FROM t WHERE ?2 OR n < ?1', 4, 0)).toEqual([[1]]);
        storage.sql.exec('ALTER TABLE t ADD COLUMN note TEXT');
        expect(rows(storage, 'SELECT note FROM t')).toEqual([[null], [null]]);
      },
    );
  });
}
