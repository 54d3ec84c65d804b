// What a handle is, told by its methods. It may be a proxy of a tracing library, on which reading a property that the
// binding does not have throws; and stubs of services and objects have a method of any name.

/** @internal Whether a handle has a method of this name. */
export function hasMethod(handle: unknown, name: string): boolean {
  try {
    return typeof (handle as Record<string, unknown> | null | undefined)?.[name] === 'function';
  } catch {
    return false;
  }
}

const hasAll = (handle: unknown, names: readonly string[]): boolean =>
  names.every((name) => hasMethod(handle, name));

/** @internal Whether a handle is a Durable Object namespace. */
export const isNamespace = (handle: unknown): boolean =>
  hasAll(handle, ['idFromName', 'get']) && !hasMethod(handle, 'fetch');

/** @internal Whether a handle is a KV namespace. A bucket of R2 has KV's methods, but for the metadata. */
export const isKV = (handle: unknown): boolean =>
  hasAll(handle, ['get', 'put', 'delete']) &&
  !hasMethod(handle, 'fetch') &&
  (hasMethod(handle, 'getWithMetadata') || !isBucket(handle));

const isBucket = (handle: unknown) => hasAll(handle, ['head', 'createMultipartUpload']);

/** @internal What a handle is that was refused for want of `methods`, in words. */
export function kindOf(handle: unknown, methods: string): string {
  if (handle === null) return 'null';
  if (typeof handle !== 'object') return typeof handle;
  if (hasMethod(handle, 'fetch')) return 'a stub or a service binding';
  if (isNamespace(handle)) return 'a Durable Object namespace';
  if (isKV(handle)) return 'a KV namespace';
  return isBucket(handle) ? 'an R2 bucket' : `an object without ${methods}`;
}
