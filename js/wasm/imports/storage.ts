// The storage of a Durable Object: SQLite and the alarm.

export interface Storage {
  sql: { exec(sql: string, ...args: unknown[]): { raw(): { toArray(): unknown[][] } } };
  setAlarm(at: number): unknown;
}

export function sqlRows(storage: Storage, sql: string, args: unknown[]): unknown[][] {
  return storage.sql
    .exec(sql, ...args)
    .raw()
    .toArray();
}

export function sqlRun(storage: Storage, sql: string, args: unknown[]): void {
  storage.sql.exec(sql, ...args);
}

/** Not awaited: the runtime withholds the reply until the writes are on disk. */
export function setAlarm(storage: Storage, at: number): void {
  storage.setAlarm(at);
}
