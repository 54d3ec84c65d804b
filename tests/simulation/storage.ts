import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';

/** What a storage needs of the simulation. */
export interface StorageOptions {
  /** The alarm was set to a moment, or deleted (null): told when the event that did it is kept. */
  onAlarm(at: number | null): void;
  /** Throws to make a statement fail, or what an event wrote. */
  fail?(what: 'statement' | 'commit'): void;
}

/** How deep transactions are nested, with the alarm as it was at each beginning. */
interface Undo {
  alarm: number | null;
}

/**
 * The storage of an object on `node:sqlite`. tests/suites/core/storage.ts holds it to what workerd does. An event of an
 * object is a transaction: {@link commit} keeps what it wrote, {@link rollback} undoes it, as a crash does.
 */
export class SimulatedStorage {
  readonly #options: StorageOptions;
  #database: DatabaseSync | undefined;
  readonly #statements = new Map<string, StatementSync>();
  #event: Undo | undefined;
  #depth = 0;
  // Whether the event has written something, which must be kept; and whether it has set the alarm, or deleted it.
  #hasWritten = false;
  #hasAlarm = false;
  #alarm: number | null = null;

  constructor(options: StorageOptions) {
    this.#options = options;
  }

  readonly sql = {
    exec: (query: string, ...bindings: unknown[]) => new Cursor(this.#exec(query, bindings)),
  };

  /** Values in a table of the runtime's own. */
  readonly kv = {
    get: (key: string): unknown => {
      if (!this.#hasTable('_cf_KV')) return undefined;
      const row = this.#rows('SELECT value FROM _cf_KV WHERE key = ?', [key])[0];
      return row && decoded(row[0]);
    },
    put: (key: string, value: unknown): void => {
      this.#options.fail?.('statement');
      this.#begin();
      this.#hasWritten = true;
      this.#rows('CREATE TABLE IF NOT EXISTS _cf_KV (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID', []);
      this.#rows('INSERT OR REPLACE INTO _cf_KV VALUES (?, ?)', [key, encoded(value)]);
    },
    delete: (key: string): boolean => {
      if (!this.#hasTable('_cf_KV')) return false;
      this.#begin();
      this.#hasWritten = true;
      this.#options.fail?.('statement');
      return this.#rows('DELETE FROM _cf_KV WHERE key = ? RETURNING 1', [key]).length > 0;
    },
    list: (): Iterable<[string, unknown]> =>
      this.#hasTable('_cf_KV')
        ? this.#rows('SELECT key, value FROM _cf_KV ORDER BY key', []).map(
            ([key, value]): [string, unknown] => [key as string, decoded(value)],
          )
        : [],
  };

  transactionSync<T>(closure: () => T): T {
    this.#begin();
    const name = `nested_${this.#depth++}`;
    const alarm = this.#alarm;
    this.#open.exec(`SAVEPOINT ${name}`);
    try {
      const value = closure();
      this.#open.exec(`RELEASE ${name}`);
      return value;
    } catch (error) {
      this.#open.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
      this.#alarm = alarm;
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  async setAlarm(at: number | Date): Promise<void> {
    if (!Number.isFinite(Number(at))) throw new TypeError('setAlarm() needs a moment');
    this.#begin();
    this.#hasAlarm = true;
    this.#alarm = Math.trunc(Number(at));
  }

  async getAlarm(): Promise<number | null> {
    return this.#alarm;
  }

  async deleteAlarm(): Promise<void> {
    this.#begin();
    this.#hasAlarm = true;
    this.#alarm = null;
  }

  /** The alarm too, as from compatibility date 2026-02-24. */
  async deleteAll(): Promise<void> {
    this.#begin();
    this.#hasAlarm = this.#hasWritten = true;
    this.#alarm = null;
    for (const [name] of this.#made('view')) this.#open.exec(`DROP VIEW "${name}"`);
    for (const [name] of this.#made('table')) this.#open.exec(`DROP TABLE "${name}"`);
    this.#statements.clear();
  }

  /** The event has ended: what it wrote is kept, or the object fails and it is not. */
  commit(): void {
    const event = this.#event;
    if (!event) return;
    try {
      // What has only read has nothing to keep.
      if (this.#hasWritten || this.#hasAlarm) this.#options.fail?.('commit');
    } catch (error) {
      this.rollback();
      throw error;
    }
    this.#open.exec('COMMIT');
    this.#event = undefined;
    if (this.#hasAlarm) this.#options.onAlarm(this.#alarm);
  }

  rollback(): void {
    const event = this.#event;
    if (!event) return;
    this.#open.exec('ROLLBACK');
    this.#event = undefined;
    this.#alarm = event.alarm;
  }

  /** The alarm goes off: the runtime clears it before it calls the object. */
  takeAlarm(): void {
    if (this.#event) this.#event.alarm = null;
    if (!this.#event || !this.#hasAlarm) this.#alarm = null;
  }

  /** Whether nothing is stored: what is, is billed. */
  isEmpty(): boolean {
    const isMade = () => [...this.#made('table'), ...this.#made('view')].length > 0;
    return this.#alarm === null && !(this.#database && isMade());
  }

  /** What is stored, for messages. */
  contents(): string {
    const tables = [...this.#made('table'), ...this.#made('view')].map(([name]) => {
      const rows = this.#rows(`SELECT * FROM "${name}"`, []);
      return `${name} ${JSON.stringify(rows)}`;
    });
    return `alarm ${this.#alarm}, ${tables.join(', ')}`;
  }

  close(): void {
    this.#statements.clear();
    this.#database?.close();
    this.#database = undefined;
  }

  get #open(): DatabaseSync {
    return (this.#database ??= new DatabaseSync(':memory:'));
  }

  #begin(): void {
    if (this.#event) return;
    this.#open.exec('BEGIN');
    this.#event = { alarm: this.#alarm };
    this.#hasWritten = this.#hasAlarm = false;
  }

  #made(type: 'table' | 'view'): unknown[][] {
    return this.#rows("SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%'", [type]);
  }

  #hasTable(name: string): boolean {
    return (
      this.#database !== undefined &&
      this.#rows('SELECT 1 FROM sqlite_schema WHERE name = ?', [name]).length > 0
    );
  }

  #exec(query: string, bindings: unknown[]): { names: string[]; rows: unknown[][] } {
    if (/^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i.test(query)) {
      throw new Error('To execute a transaction, use transactionSync() instead of SQL');
    }
    this.#options.fail?.('statement');
    this.#begin();
    if (!/^\s*(SELECT|EXPLAIN)\b/i.test(query)) this.#hasWritten = true;
    const parts = statementsOf(query);
    const last = parts.pop() ?? '';
    if (parts.length > 0) this.#open.exec(parts.join(';'));
    const statement = this.#prepared(last);
    const wanted = last.match(/\?\d*/g) ?? [];
    const count = wanted.some((mark) => mark.length > 1)
      ? Math.max(...wanted.map((mark) => Number(mark.slice(1))))
      : wanted.length;
    if (count !== bindings.length)
      throw new Error(`Wrong number of parameter bindings: ${bindings.length} of ${count}`);
    return { names: statement.columns().map(({ name }) => name), rows: this.#run(statement, bindings) };
  }

  #rows(query: string, bindings: unknown[]): unknown[][] {
    return this.#run(this.#prepared(query), bindings);
  }

  #run(statement: StatementSync, bindings: unknown[]): unknown[][] {
    return (statement.all(...(bindings.map(bound) as never[])) as unknown as unknown[][]).map((row) =>
      row.map(read),
    );
  }

  #prepared(query: string): StatementSync {
    let statement = this.#statements.get(query);
    if (!statement) {
      statement = this.#open.prepare(query);
      statement.setReturnArrays(true);
      // Tables that change make a statement stale: those are made once.
      if (!/\b(CREATE|DROP|ALTER)\b/i.test(query)) this.#statements.set(query, statement);
    }
    return statement;
  }
}

class Cursor {
  readonly columnNames: string[];
  readonly #rows: unknown[][];

  constructor({ names, rows }: { names: string[]; rows: unknown[][] }) {
    this.columnNames = names;
    this.#rows = rows;
  }

  raw() {
    const rows = this.#rows[Symbol.iterator]();
    return Object.assign(rows, { toArray: () => [...rows] });
  }

  toArray(): Record<string, unknown>[] {
    return this.#rows.map((row) => Object.fromEntries(this.columnNames.map((name, i) => [name, row[i]])));
  }

  one(): Record<string, unknown> {
    if (this.#rows.length !== 1) throw new Error('Expected exactly one result from SQL query');
    return this.toArray()[0] as Record<string, unknown>;
  }
}

// Texts within a statement have no semicolons in this package.
const statementsOf = (query: string) => query.split(';').filter((part) => part.trim() !== '');

function bound(value: unknown): unknown {
  // As workerd has it: a boolean is a text, and so is never true.
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') throw new TypeError('Cannot convert a BigInt value to a number');
  if (value === undefined) return null;
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}

const read = (value: unknown) =>
  value instanceof Uint8Array
    ? value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength)
    : value;

const encoded = (value: unknown) => serialize(value);
const decoded = (bytes: unknown) => deserialize(new Uint8Array(bytes as ArrayBuffer));
