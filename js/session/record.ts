// The record of the session store, and its check before it is passed to the wasm.
import { type Bad, isDate, notName, refuse } from '../core/checks.js';

/** A session in the store. */
export interface SessionRecord {
  /** Not empty, at most 512 bytes of UTF-8. */
  sessionId: string;
  /** The id of the customer. Not empty, at most 512 bytes of UTF-8. */
  customerId: string;
  /** The browser's `User-Agent`; the first 1,024 bytes are stored. */
  userAgent: string;
  createdAt: Date;
}

/** @internal The longest user agent that is stored, in bytes: a character has at least one. */
export const MAX_USER_AGENT = 1_024;

/** @internal The error for an invalid record. */
export function notRecord(record: unknown): Bad {
  if (typeof record !== 'object' || record === null) {
    return refuse(
      true,
      'invalid_session',
      'A session record is { sessionId, customerId, userAgent, createdAt }',
    );
  }
  const { sessionId, customerId, userAgent, createdAt } = record as Partial<SessionRecord>;
  return (
    notName(sessionId, 'sessionId', 'invalid_session') ??
    notName(customerId, 'customerId', 'invalid_session') ??
    refuse(typeof userAgent !== 'string', 'invalid_session', 'userAgent must be a string') ??
    refuse(!isDate(createdAt), 'invalid_session', 'createdAt must be a Date that names a moment')
  );
}
