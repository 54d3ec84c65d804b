declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

// The parts of the runtime's module that this package uses; the user's own types describe the rest.
declare module 'cloudflare:workers' {
  interface DurableObjectContext {
    readonly id: { readonly jurisdiction?: string };
    // The Worker's exports, by name; absent in older runtimes.
    readonly exports?: Record<string, unknown>;
    abort(reason?: string): void;
    readonly storage: {
      readonly sql: { exec(sql: string, ...args: unknown[]): { toArray(): Record<string, unknown>[] } };
      transactionSync<T>(closure: () => T): T;
      deleteAll(): Promise<void>;
      deleteAlarm(): Promise<void>;
      setAlarm(at: number): Promise<void>;
    };
  }
  export abstract class DurableObject<Env = unknown> {
    constructor(ctx: DurableObjectContext, env: Env);
    protected ctx: DurableObjectContext;
    protected env: Env;
    fetch?(request: Request): Response | Promise<Response>;
    alarm?(): void | Promise<void>;
  }
}
