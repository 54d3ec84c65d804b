// What a record of the session store is, and what refuses one before it crosses into the wasm.
import { type Bad, isDate, notText, refuse } from '../core/checks.js';

/** A session as the store keeps it. */
export interface SessionRecord {
  /** Not empty, at most 512 bytes of UTF-8. */
  sessionId: string;
  /** Whose it is. Not empty, at most 512 bytes of UTF-8. */
  customerId: string;
  /** What the browser says it is; the first 1,024 bytes are kept. */
  userAgent: string;
  createdAt: Date;
}

/** @internal What refuses a record. */
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
    notText(sessionId, 'sessionId', 'invalid_session') ??
    notText(customerId, 'customerId', 'invalid_session') ??
    refuse(typeof userAgent !== 'string', 'invalid_session', 'userAgent must be a string') ??
    refuse(!isDate(createdAt), 'invalid_session', 'createdAt must be a Date that names a moment')
  );
}
