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
