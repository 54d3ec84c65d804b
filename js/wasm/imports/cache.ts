// What a cache stores beside a value, and what `clear` returns.

/** Of a TTL that KV cannot keep. */
export const expiryMetadata = (expiresAt: number) => ({ expiresAt });

export const clearResult = (deleted: number, cursor: string | undefined) =>
  cursor === undefined ? { deleted, complete: true } : { deleted, complete: false, cursor };
