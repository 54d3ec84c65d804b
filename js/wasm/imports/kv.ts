// Operations of a KV handle, and views of their results. Guarded here and not by wasm-bindgen's `catch`, which makes a
// closure for each call.

export interface Kv {
  get(key: unknown, type: 'text'): unknown;
  getWithMetadata(key: unknown, type: 'text'): unknown;
  put(key: string, value: string, options: object): unknown;
  delete(key: string): unknown;
  list(options: object): unknown;
}

// An exception of a handle becomes a rejection like any other.
export function kvGet(kv: Kv, key: unknown): unknown {
  try {
    return kv.get(key, 'text');
  } catch (error) {
    return Promise.reject(error);
  }
}

export function kvGetWithMetadata(kv: Kv, key: unknown): unknown {
  try {
    return kv.getWithMetadata(key, 'text');
  } catch (error) {
    return Promise.reject(error);
  }
}

export function textOf(result: unknown, hasMetadata: boolean): string | undefined {
  try {
    const text = hasMetadata ? (result as { value?: unknown } | null | undefined)?.value : result;
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

export function expiresAtOf(result: { metadata?: { expiresAt?: unknown } | null }): number {
  try {
    const expiresAt = result.metadata?.expiresAt;
    return typeof expiresAt === 'number' ? expiresAt : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

export function metadataOf(result: { metadata?: unknown }): unknown {
  try {
    return result.metadata ?? null;
  } catch {
    return null;
  }
}

export function kvPut(
  kv: Kv,
  key: string,
  value: string,
  expirationTtl: number | undefined,
  expiration: number | undefined,
  metadata: unknown,
): unknown {
  const options = {
    ...(expirationTtl !== undefined && { expirationTtl }),
    ...(expiration !== undefined && { expiration }),
    ...(metadata !== undefined && { metadata }),
  };
  try {
    return kv.put(key, value, options);
  } catch (error) {
    return Promise.reject(error);
  }
}

export function kvDelete(kv: Kv, key: string): unknown {
  try {
    return kv.delete(key);
  } catch (error) {
    return Promise.reject(error);
  }
}

export function kvList(kv: Kv, prefix: string, limit: number, cursor: string | undefined): unknown {
  try {
    return kv.list(cursor === undefined ? { prefix, limit } : { prefix, limit, cursor });
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The result of `KVClient.getWithMetadata`. */
export const kvEntry = (value: unknown, metadata: unknown) => ({ value, metadata });
