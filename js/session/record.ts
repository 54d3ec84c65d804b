// What a record of the session store is, and what refuses one before it crosses into the wasm.
import { CloudflareClientsError, type ErrorCode } from '../core/error.js';
import { notText } from '../core/kv_handle.js';

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

/** @internal A new object with what the store keeps, or what refuses it. */
export function checkedRecord(record: unknown): SessionRecord | CloudflareClientsError {
  if (typeof record !== 'object' || record === null) {
    return invalid('A session record is { sessionId, customerId, userAgent, createdAt }');
  }
  const { sessionId, customerId, userAgent, createdAt } = record as Partial<SessionRecord>;
  const bad =
    notText(sessionId, 'sessionId', 'invalid_session') ??
    notText(customerId, 'customerId', 'invalid_session') ??
    (typeof userAgent === 'string' ? undefined : invalid('userAgent must be a string'));
  if (bad) return bad;
  if (!isDate(createdAt)) return invalid('createdAt must be a Date that names a moment');
  return { sessionId, customerId, userAgent, createdAt: new Date(createdAt) } as SessionRecord;
}

// Not `instanceof`: a Date may come from another realm.
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]' && !Number.isNaN(Number(value));
}

function invalid(message: string): CloudflareClientsError {
  return new CloudflareClientsError('invalid_session' satisfies ErrorCode, message);
}
