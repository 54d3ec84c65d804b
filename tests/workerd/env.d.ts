declare module 'cloudflare:workers' {
  export const env: unknown;
}

// What these tests use of the vitest plugin; its own types need those of the whole runtime.
declare module 'cloudflare:test' {
  interface Sql {
    readonly databaseSize: number;
    exec(sql: string, ...args: unknown[]): { raw(): { toArray(): unknown[][] }; rowsWritten: number };
  }
  interface Values {
    get(key: string): unknown;
    put(key: string, value: unknown): void;
    list(): Iterable<[string, unknown]>;
  }
  export interface ObjectState {
    abort(reason: string): void;
    readonly storage: {
      sql: Sql;
      kv: Values;
      getAlarm(): Promise<number | null>;
      setAlarm(at: number): Promise<void>;
      deleteAll(): Promise<void>;
    };
  }
  export function runInDurableObject<T>(
    stub: object,
    callback: (instance: object, state: ObjectState) => T | Promise<T>,
  ): Promise<T>;
  export function runDurableObjectAlarm(stub: object): Promise<boolean>;
  export function evictDurableObject(stub: object): Promise<void>;
}

interface ImportMeta {
  /** Vite's: the modules of a pattern. */
  glob(pattern: string, options: { eager: true; import: 'default' }): Record<string, unknown>;
}
