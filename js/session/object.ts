import { type Bad, notName, notNumber, optional, refuse } from '../core/checks.js';
import type { Reply } from '../durable_objects/reply.js';
import { StoredObject } from '../durable_objects/stored_object.js';
import { MAX_USER_AGENT, notRecord, type SessionRecord } from './record.js';

/** The place of a session: its customer, and the logical timestamp that the customer's object gave its `set`. */
export interface SessionPlace {
  customerId: string;
  tick: number;
}

/** The index of a customer's object: `ids`, and in `ticks` the logical timestamp of each one's last `set`. */
export interface SessionIndex {
  /** The object's clock. */
  at: number;
  /** The logical timestamp of the revocation, else 0. */
  tick: number;
  ids: string[];
  ticks: number[];
}

/** The revocations of a user's cached sessions: of all until `revokedAt`, and of single tokens until their moment. */
export interface SessionRevocations {
  at: number;
  revokedAt: number;
  /** SHA-256, in hexadecimal. */
  tokens: string[];
  moments: number[];
}

/** When a token was revoked, for which users it is cached, and until when. */
export interface SessionToken {
  at: number;
  revokedAt: number;
  users: string[];
  untils: number[];
}

const MAX_ENTRIES = 900;
const MAX_MS = 315_360_000_000;

/**
 * The object behind `SessionStoreClient`, and behind `SessionCacheClient` with `revocations`. Bind it as
 * `SESSION_DO` and call it by those clients. One class has three parts, chosen by the object's name:
 * `session:{id}`, `customer:{id}` and `token:{SHA-256}`.
 *
 * Its calls do not say when they were made: each names a logical timestamp (`tick`) or a time, so that a late call
 * changes nothing.
 *
 * `fetch` answers the shop's session wire in any object, including `session-hub`. It finds its namespace
 * by `ctx.exports`, or as `env.SESSION_DO`.
 */
export class SessionDurableObject extends StoredObject {
  /** @internal */
  protected readonly className = 'SessionDurableObject';

  /** A session's object: returns its record, or null. */
  readSession(): Reply<SessionRecord | null> {
    return this.call(undefined, (wasm, storage) => wasm.sessionRead(storage));
  }

  /** A session's object: stores the record with a logical timestamp of its customer's object. */
  putSession(record: SessionRecord, tick: number, ttlMs: number): Reply<SessionPlace | null> {
    const bad = notRecord(record) ?? notMs(tick) ?? notMs(ttlMs, MAX_MS);
    return this.call(bad, (wasm, storage) => {
      const { sessionId, customerId, createdAt } = record;
      // The rest is not stored, so it is not copied: a character has at least one byte.
      const userAgent = record.userAgent.slice(0, MAX_USER_AGENT);
      return wasm.sessionPut(storage, sessionId, customerId, userAgent, createdAt.getTime(), tick, ttlMs);
    });
  }

  /**
   * A session's object: deletes the record if it has this logical timestamp, or any where none is given, and returns
   * its place; `kept` if it has another one. So a late call ends no session that was set since.
   */
  removeSession(tick?: number): Reply<(SessionPlace & { kept?: boolean }) | null> {
    const bad = optional(notNumber, tick, 'tick');
    return this.call(bad, (wasm, storage) => wasm.sessionRemove(storage, tick));
  }

  /** A session's object: deletes the customer's record; its tombstone refuses smaller logical timestamps. */
  revokeSession(customerId: string, tick: number): Reply<boolean> {
    const bad = notId(customerId) ?? notMs(tick);
    return this.call(bad, (wasm, storage) => wasm.sessionRevoke(storage, customerId, tick));
  }

  /** A customer's object: adds a session that is about to be put to the index, and returns its logical timestamp. */
  addEntry(sessionId: string, ttlMs: number): Reply<number> {
    const bad = notId(sessionId) ?? notMs(ttlMs, MAX_MS);
    return this.call(bad, (wasm, storage) => wasm.customerAdd(storage, sessionId, ttlMs));
  }

  /** A customer's object: returns the index of the sessions that may be the customer's. */
  readIndex(): Reply<SessionIndex> {
    return this.call(undefined, (wasm, storage) => wasm.customerIndex(storage));
  }

  /** A customer's object: removes index entries that have not been added again since `ticks`. */
  forgetEntries(ids: string[], ticks: number[], settledOnly: boolean): Reply<null> {
    const bad = notEntries(ids, ticks, settledOnly);
    return this.call(bad, (wasm, storage) => wasm.customerForget(storage, ids, ticks, settledOnly));
  }

  /** A customer's object: revokes all cached sessions, and returns the index of the sessions to revoke if wanted. */
  revokeUser(withIndex: boolean): Reply<SessionIndex> {
    return this.call(undefined, (wasm, storage) => wasm.customerRevoke(storage, withIndex === true));
  }

  /** A customer's object: revokes one token that was cached for the user. */
  revokeTokenOfUser(hash: string, until: number): Reply<SessionRevocations> {
    const bad = notId(hash) ?? notMs(until);
    return this.call(bad, (wasm, storage) => wasm.customerRevokeToken(storage, hash, until));
  }

  /** A customer's object: returns the revocations. */
  readRevocations(): Reply<SessionRevocations> {
    return this.call(undefined, (wasm, storage) => wasm.customerRevocations(storage));
  }

  /** A customer's object: returns the revocations, with a logical timestamp that every later revocation exceeds. */
  stampFill(): Reply<SessionRevocations> {
    return this.call(undefined, (wasm, storage) => wasm.customerStamp(storage));
  }

  /** A token's object: remembers that the token is about to be cached for a user. */
  fillToken(userId: string, until: number): Reply<SessionToken> {
    const bad = notId(userId) ?? notMs(until);
    return this.call(bad, (wasm, storage) => wasm.tokenFill(storage, userId, until));
  }

  /** A token's object: revokes the token, and returns the users for whom it is cached. */
  revokeToken(): Reply<SessionToken> {
    return this.call(undefined, (wasm, storage) => wasm.tokenRevoke(storage));
  }

  /**
   * The shop's session wire: `POST` with `{ op, ... }` on any host and path. The clients that it needs are loaded by
   * the first request.
   */
  override async fetch(request: Request): Promise<Response> {
    const { sessionWire } = await import('./wire.js');
    const { exports, id } = this.ctx;
    const named = exports?.[this.constructor.name];
    return sessionWire(request, [named, (this.env as { SESSION_DO?: unknown })?.SESSION_DO], id.jurisdiction);
  }

  override async alarm(): Promise<void> {
    await this.onAlarm((wasm, storage) => wasm.sessionOnAlarm(storage));
  }
}

// Bounds are Rust's; an id has its length checked before it is copied.
const notId = (id: unknown) => notName(id, 'The id', 'invalid_key');

function notMs(value: unknown, max = Number.MAX_SAFE_INTEGER): Bad {
  const fits = typeof value === 'number' && value > 0 && value <= max;
  return refuse(!fits, 'invalid_value', 'A moment or a time to live must be a number of ms above 0');
}

function notEntries(ids: unknown, ticks: unknown, settledOnly: unknown): Bad {
  const listed = Array.isArray(ids) && Array.isArray(ticks) && typeof settledOnly === 'boolean';
  if (!listed || ids.length !== ticks.length || ids.length > MAX_ENTRIES) {
    return refuse(true, 'invalid_value', 'Entries are ids, as many ticks, and a boolean');
  }
  const found = (bad: Bad) => bad !== undefined;
  return ids.map((id) => notId(id)).find(found) ?? ticks.map((tick) => notMs(tick)).find(found);
}
