import type { ClientEvent, KVHandle } from '@codex/cloudflare-clients';
import { expect } from 'vitest';

/** A KV the suites run on. */
export interface Backend {
  name: string;
  kv(): KVHandle;
  /** Has `getWithMetadata`, bulk reads and `list`, and KV's own rules. */
  full: boolean;
}

/** The parts of a full handle that tests look into. */
export interface FullKV extends KVHandle {
  get(key: string, type: 'text' | 'json'): Promise<never>;
  getWithMetadata(key: string, type: 'text'): Promise<{ value: string | null; metadata: unknown }>;
  list(options: {
    prefix: string;
  }): Promise<{ keys: { name: string; expiration?: number; metadata?: unknown }[] }>;
}

export const full = (kv: KVHandle) => kv as FullKV;

/** A name nobody else uses: backends are shared by all tests of a file. */
export const unique = (text = 'k') => `${text}-${crypto.randomUUID()}`;

/** The code of the error that a promise rejects with. */
export async function code(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => expect.fail('resolved, and an error was expected'),
    (error) => error,
  );
  expect(error).toMatchObject({ name: 'CloudflareClientsError', retryable: expect.any(Boolean) });
  return error.code;
}

type Operation = 'get' | 'getWithMetadata' | 'put' | 'delete' | 'list';
type Fault = (operation: Operation, args: unknown[]) => unknown;

/** The same KV, where `fault` may answer first: by throwing, or with a promise. It sees every operation. */
export function faulty<T extends KVHandle>(kv: T, fault: Fault): T {
  return new Proxy(kv, {
    get(target, name: Operation) {
      const method = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => fault(name, args) ?? Reflect.apply(method, target, args);
    },
  });
}

/** Counts the operations that reach a KV. */
export function counted<T extends KVHandle>(kv: T): { kv: T; count: Record<string, number> } {
  const count: Record<string, number> = {};
  return { count, kv: faulty(kv, (operation) => void (count[operation] = (count[operation] ?? 0) + 1)) };
}

export const hang = () => new Promise<never>(() => {});
export const down = () => Promise.reject(new Error('KV GET failed: 500 Internal Server Error'));

/** Collects what `onEvent` receives. */
export function listening() {
  const events: ClientEvent[] = [];
  return { events, onEvent: (event: ClientEvent) => void events.push(event) };
}
