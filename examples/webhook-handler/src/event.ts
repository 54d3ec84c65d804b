/** What an identity provider tells of: somebody's sessions must not count any more. */
export type UserEvent =
  | { type: 'user.deleted' | 'user.password_changed'; userId: string }
  | { type: 'session.revoked'; token: string };

/** An event that concerns sessions, if the payload is one. */
export function parseEvent(payload: unknown): UserEvent | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { type, data } = payload as { type?: unknown; data?: unknown };
  if (typeof data !== 'object' || data === null) return null;
  const { userId, token } = data as { userId?: unknown; token?: unknown };
  if (type === 'session.revoked') return isId(token) ? { type, token } : null;
  if (type === 'user.deleted' || type === 'user.password_changed')
    return isId(userId) ? { type, userId } : null;
  return null;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 256;
}
