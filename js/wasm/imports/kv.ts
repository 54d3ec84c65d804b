// Reads of a KV handle, and views of what it returns. Guarded here and not by wasm-bindgen's `catch`, which makes a
// closure for each call.

export interface Readable {
  get(key: unknown, type: 'text'): unknown;
  getWithMetadata(key: unknown, type: 'text'): unknown;
}

// What a handle throws at once is a rejection like any other.
export function kvGet(kv: Readable, key: unknown): unknown {
  try {
    return kv.get(key, 'text');
  } catch (error) {
    return Promise.reject(error);
  }
}

export function kvGetWithMetadata(kv: Readable, key: unknown): unknown {
  try {
    return kv.getWithMetadata(key, 'text');
  } catch (error) {
    return Promise.reject(error);
  }
}

export function textOf(answer: unknown, hasMetadata: boolean): string | undefined {
  try {
    const text = hasMetadata ? (answer as { value?: unknown } | null | undefined)?.value : answer;
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

export function expiresAtOf(answer: { metadata?: { expiresAt?: unknown } | null }): number {
  try {
    const expiresAt = answer.metadata?.expiresAt;
    return typeof expiresAt === 'number' ? expiresAt : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

export function metadataOf(answer: { metadata?: unknown }): unknown {
  try {
    return answer.metadata ?? null;
  } catch {
    return null;
  }
}
