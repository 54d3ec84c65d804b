// How AUTH_SESSION_KV and the session objects are used.

export const SESSION_SECONDS = 24 * 60 * 60;

/** A session that was ended is refused everywhere within this time, and at once where it was ended. */
export const REVOKED_WITHIN_SECONDS = 5;

/**
 * For each `SessionCacheClient` on AUTH_SESSION_KV, and `revocations: env.SESSION_DO` with it. A Worker without
 * them would end sessions that the others go on serving until KV shows the deletion to them.
 */
export const SESSION_CACHE = {
  // Hashed: who can list the namespace's keys cannot use them as sessions.
  hashTokens: true,
  maxStalenessSeconds: REVOKED_WITHIN_SECONDS,
} as const;
