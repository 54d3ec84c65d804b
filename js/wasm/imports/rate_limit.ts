// The result of a check of a limit.

export function limitResult(
  allowed: boolean,
  remaining: number,
  resetAt: number,
  limit: number,
  retryAfterSeconds: number,
  degraded: boolean,
) {
  const result = { allowed, remaining, resetAt, limit, retryAfterSeconds };
  return degraded ? { ...result, degraded } : result;
}

/** The fields of a limit; undefined for what is no object, or throws when it is read. */
export function limitFields(config: unknown): unknown[] | undefined {
  try {
    if (typeof config !== 'object' || config === null) return undefined;
    const { limit, window, keyPrefix, algorithm } = config as Record<string, unknown>;
    return [limit, window, keyPrefix, algorithm];
  } catch {
    return undefined;
  }
}

/** The reply of an object, by RPC. */
export const limitReply = (...reply: number[]): number[] => reply;
