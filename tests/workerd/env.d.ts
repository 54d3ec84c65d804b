declare module 'cloudflare:workers' {
  export const env: unknown;
}

// What these tests use of the vitest plugin; its own types need those of the whole runtime.
declare module 'cloudflare:test' {
  interface Sql {
    readonly databaseSize: number;
    exec(sql: string, ...args: unknown[]): { raw(): { toArray(): unknown[][] }; rowsWritten: number };
  }
  export interface ObjectState {
    readonly storage: { sql: Sql; getAlarm(): Promise<number | null> };
  }
  export function runInDurableObject<T>(
    stub: object,
    callback: (instance: object, state: ObjectState) => T | Promise<T>,
  ): Promise<T>;
  export function runDurableObjectAlarm(stub: object): Promise<boolean>;
  export function evictDurableObject(stub: object): Promise<void>;
}
