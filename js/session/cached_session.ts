// What is a cached session, to TypeScript.
import type { Jsonify } from '../core/json_types.js';

/** A cached session. Fields beyond these are kept as they are. */
export interface CachedSession<Role extends string = 'customer' | 'owner' | 'creator'> {
  session: {
    id: string;
    userId: string;
    token: string;
    /** ISO 8601. */
    expiresAt: string;
    ipAddress?: string;
    userAgent?: string;
  };
  user: {
    id: string;
    email: string;
    name: string;
    role: Role;
    emailVerified: boolean;
  };
}

/**
 * What can be cached: `{ session, user }` with a `session.expiresAt` that is a valid date, such as the
 * result of better-auth's `getSession()`. The user's id is `session.userId`, or else `user.id`; that of a database may be
 * a whole number.
 */
export interface SessionInput {
  session: { expiresAt: string | Date; userId?: UserId };
  // `& object`: a user without an id is valid too.
  user: { id?: UserId } & object;
}

type UserId = string | number | null | undefined;

// The roles of the documents' session, or a session of the user's own.
type SessionType<S> = S extends string ? CachedSession<S> : S;

/** What `SessionCacheClient.get` gives: the session as it was set, but as JSON has it, with strings for dates. */
export type StoredSession<S> = Jsonify<SessionType<S>>;

/**
 * What `SessionCacheClient.set` takes: the session that `get` gives, where a date may be a `Date`. A client
 * without a type of its own takes any session.
 */
export type SettableSession<S> = S extends string
  ? SessionInput
  : [S, CachedSession] extends [CachedSession, S]
    ? SessionInput
    : Expiring<SessionType<S>> | Expiring<StoredSession<S>>;

type Expiring<S> = S extends { session: infer Session }
  ? Omit<S, 'session'> & { session: Omit<Session, 'expiresAt'> & { expiresAt: string | Date } }
  : never;

/** What a loader gives when there is no session. */
export type NoSession = null | undefined | { session: null; user: null };
