import type { Namespace } from '@codex/cloudflare-clients/testing';
import { expect } from 'vitest';

/** A KV whose own behaviour is tested. */
export interface KvBackend {
  name: string;
  kv(): Namespace;
  /** Lets a second go by, where a key may be written once a second only. */
  nextSecond(): void;
}

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (value: ArrayBuffer | ReadableStream | null) => new Response(value).text();
export const MIB = 1_048_576;

/** The message of the error a call ends with; `getWithMetadata` of workerd throws some of them at once. */
export const refusal = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'no error';
};
