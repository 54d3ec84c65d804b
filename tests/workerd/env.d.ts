declare module 'cloudflare:workers' {
  export const env: unknown;
}

// What the tests use of @cloudflare/vitest-plugin; its own typings need those of the whole runtime.
declare module 'cloudflare:test' {
  interface ObjectStorage {
    sql: { exec(sql: string): { toArray(): Record<string, unknown>[] } };
    getAlarm(): Promise<number | null>;
  }
  export function runInDurableObject<T>(
    stub: object,
    job: (object: object, state: { storage: ObjectStorage }) => T | Promise<T>,
  ): Promise<T>;
  export function runDurableObjectAlarm(stub: object): Promise<boolean>;
  export function evictDurableObject(stub: object): Promise<void>;
}
