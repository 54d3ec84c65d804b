// The record of the session store, and its check before it is passed to the wasm.
import { type Bad, isDate, mustBe, notName, refuse } from '../core/checks.js';

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

/** A session to be stored. */
export interface SessionRecordInput extends Omit<SessionRecord, 'createdAt'> {
  /** A string is ISO 8601, as `JSON.stringify` writes a `Date`. */
  createdAt: Date | string;
}

// With its time and its zone: without them it would name another moment in each place.
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** @internal The moment that a client was given: of a text that names none an invalid one. */
export const createdOf = (createdAt: unknown): unknown =>
  typeof createdAt === 'string' ? new Date(ISO.test(createdAt) ? createdAt : Number.NaN) : createdAt;

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
    mustBe(typeof userAgent === 'string', 'a string', userAgent, 'userAgent', 'invalid_session') ??
    mustBe(
      isDate(createdAt),
      'a Date, or an ISO 8601 string, that names a moment',
      createdAt,
      'createdAt',
      'invalid_session',
    )
  );
}
