// The metadata of a cached value, and the result of `clear`.

/** The metadata for a TTL that KV cannot keep. */
export const expiryMetadata = (expiresAt: number) => ({ expiresAt });

export const clearResult = (deleted: number, cursor: string | undefined) =>
  cursor === undefined ? { deleted, complete: true } : { deleted, complete: false, cursor };
