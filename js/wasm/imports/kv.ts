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

/** A page of a listing: a copy, since what a handle returns may be a proxy, and reading it may throw. */
export async function kvList(kv: Kv, prefix: string, limit: number, cursor: string | undefined) {
  const options = cursor === undefined ? { prefix, limit } : { prefix, limit, cursor };
  const { keys, list_complete, cursor: next } = Object(await kv.list(options)) as Page;
  if (!Array.isArray(keys)) throw noListing();
  const copies = Array.from(keys as Listed[], (key) => {
    const copy = { ...key };
    if (typeof copy.name !== 'string') throw noListing();
    return copy;
  });
  return { keys: copies, list_complete, cursor: next };
}

const noListing = () => new Error('KV returned no listing');

interface Listed {
  name?: unknown;
}

interface Page {
  keys: unknown;
  list_complete: unknown;
  cursor: unknown;
}

/** The result of `KVClient.getWithMetadata`. */
export const kvEntry = (value: unknown, metadata: unknown) => ({ value, metadata });
