import { bindMethods } from '../core/bound.js';
import { type Bad, type Fields, fieldsOf, isDate, notKVKey, notText, refuse } from '../core/checks.js';
import { CloudflareClientsError } from '../core/error.js';
import { ended, noted, type OnEvent, observed, Report, refused } from '../core/events.js';
import type { Jsonify } from '../core/json_types.js';
import { type Handle, handleOf, type KVHandle } from '../core/kv_handle.js';
import { type Objects, objectsIdentity, objectsOf, type SessionObjects } from '../core/namespace.js';
import {
  booleanOption,
  type ClientOptions,
  functionOption,
  milliseconds,
  nameOption,
  optionsOf,
  type WaitUntil,
} from '../core/options.js';
import { SharedKv } from '../kv/shared_kv.js';
import { Member } from '../kv/single_flight.js';
import type { Revocations as WithReport } from '../wasm/clients.js';
import { call, type Exports } from '../wasm/driver.js';

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

/** What {@link SessionCacheClient.get} gives: the session as it was set, but as JSON has it, with strings for dates. */
export type StoredSession<S> = Jsonify<SessionType<S>>;

/**
 * What {@link SessionCacheClient.set} takes: the session that `get` gives, where a date may be a `Date`. A client
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

/** Options of {@link SessionCacheClient}. */
export interface SessionCacheOptions extends ClientOptions {
  /**
   * Stores sessions under the SHA-256 of the token, so that listing keys shows no token. Recommended.
   * Sessions that were cached under plain tokens are no longer found, and are loaded once again; `delete` and
   * `deleteUserSessions` end those, too.
   * @defaultValue false
   */
  hashTokens?: boolean | undefined;
  /**
   * After how many seconds a cached session is no longer served, so that it is loaded again: then a role that was
   * changed is seen, and the database can renew the session. From 60 on. No session is served after its expiry.
   * @defaultValue 3600
   */
  maxAgeSeconds?: number | undefined;
  /**
   * Keeps a load alive for its followers, and the writes of a loaded session after the answer.
   * @defaultValue in workerd, the runtime's own
   */
  waitUntil?: WaitUntil | undefined;
  /**
   * Writes a second entry per session, by which `deleteUserSessions` finds it: one more billed write
   * for each `set`. Without it `deleteUserSessions` is `unsupported`.
   * @defaultValue true
   */
  trackUsers?: boolean | undefined;
  /**
   * The namespace of `SessionDurableObject`, which then remembers revocations: no session is served
   * later than `maxStalenessSeconds` after its `delete` or `deleteUserSessions`, or
   * `SessionStoreClient.revokeAll` of its user. Without it KV may serve a session for 60 seconds or more
   * after its sign-out, and a refill may restore it.
   *
   * A session is then cached for at most 30 days, however long `maxAgeSeconds` is, and one without a user id is not
   * cached at all. Sessions cached without `revocations` are loaded once again. Undefined is no namespace: a missing
   * binding is `invalid_handle`, and no cache without revocations.
   */
  revocations?: SessionObjects;
  /**
   * The name of the binding that `revocations` is, such as `SESSION_DO`: where its handle object is another one for each
   * request (see `name`), as also a fresh `jurisdiction()` of it is.
   * @defaultValue none: the handle object itself
   */
  revocationsName?: string | undefined;
  /**
   * How old an isolate's knowledge of a user's revocations may be, in seconds: it costs one call on the
   * user's object in that time, for each user whom an isolate serves. 0 checks on every read.
   * @defaultValue 60
   */
  maxStalenessSeconds?: number | undefined;
  /**
   * The longest a single KV operation may take, and with `revocations` a call on an object with its retries, in ms.
   * @defaultValue no limit for KV, 2000 for objects
   */
  timeoutMs?: number | undefined;
  /**
   * With `revocations`, a call that waits longer than this for objects, in ms, is a `slow` event; without a
   * listener it is a line of `console.warn`. Time spent in KV and in the loader does not count.
   * @defaultValue 200
   */
  slowMs?: number | undefined;
}

/** Options of {@link SessionCacheClient.set}. */
export interface SessionSetOptions {
  /**
   * When the data was read from the database: `Date.now()` of this Worker before the query. With
   * `revocations`, data that was read before its session was revoked is not cached, nor data that was read
   * more than an hour ago.
   * @defaultValue now
   */
  asOf?: number | Date | undefined;
}

// The revocation options of a client; each call adds its report.
type Revocations = Omit<WithReport, 'report'> & { readonly namespace: Objects };

type Start = (wasm: Exports, report: Report | undefined, revocations: WithReport | undefined) => unknown;

/**
 * Caches sessions in KV, so that a request need not read its session from the database.
 *
 * KV is eventually consistent: a deleted session may be served in other locations for 60 seconds or
 * more, and a request that read the database before a sign-out and caches after it restores the session.
 * With `revocations` neither lasts longer than `maxStalenessSeconds`; then use {@link getOrLoad}, or pass
 * `asOf`. Where a sign-out must hold at once, set it to 0 or check the database.
 *
 * Write the database first, then revoke: data that is read after the revocation counts as new.
 *
 * @example
 * ```ts
 * const sessions = new SessionCacheClient(env.AUTH_SESSION_KV, {
 *   hashTokens: true,
 *   revocations: env.SESSION_DO,
 * });
 * const session = await sessions.getOrLoad(token, () => loadSession(token));
 * ```
 */
export class SessionCacheClient<S extends SessionInput | string = CachedSession> {
  readonly #handle: Handle;
  readonly #kv: SharedKv;
  readonly #limitMs: number;
  readonly #hash: boolean;
  readonly #track: boolean;
  readonly #maxAgeMs: number;
  readonly #waitUntil: WaitUntil | undefined;
  readonly #onEvent: OnEvent | undefined;
  readonly #revocations: Revocations | undefined;

  /**
   * @throws {CloudflareClientsError} `invalid_handle` when `kv` is no KV namespace or `revocations` no
   * Durable Object namespace, `unsupported` for revocations on a KV handle without `getWithMetadata`,
   * `misconfigured` for another invalid option.
   */
  constructor(kv: KVHandle, options?: SessionCacheOptions) {
    const given = optionsOf(options, OPTIONS);
    this.#handle = handleOf(kv, 'SessionCacheClient', nameOption(given.name));
    this.#limitMs = milliseconds(given.timeoutMs, 'timeoutMs');
    this.#onEvent = functionOption(given.onEvent, 'onEvent');
    this.#hash = booleanOption(given.hashTokens, 'hashTokens', false);
    this.#track = booleanOption(given.trackUsers, 'trackUsers', true);
    this.#maxAgeMs = maxAgeOf(given);
    this.#waitUntil = functionOption(given.waitUntil, 'waitUntil');
    this.#kv = new SharedKv(this.#handle, given.waitUntil);
    this.#revocations = revocationsOf(given, hasRevocations(options), this.#handle);
  }

  /**
   * Returns the session of a token; null when there is none, when it has expired, or when the stored value
   * is not a session. With `revocations` also when it was revoked, or when the object that remembers
   * revocations fails (an `object_failed` event): then check the database.
   */
  get(token: string): Promise<StoredSession<S> | null> {
    return this.#call('get', token, (wasm, report, revocations) =>
      wasm.sessionGet(this.#kv, this.#limitMs, this.#hash, revocations, token, report),
    );
  }

  /**
   * Returns the session of a token, or else the loader's, which is cached for `maxAgeSeconds`, or until it expires. The
   * loader reads the database, once for all calls that wait for the same token in an isolate; for null, undefined,
   * `{ session: null, user: null }`, and for a session that has expired, the call returns null and caches nothing. With
   * `revocations` data that was read before a revocation is neither cached nor returned: the loader is called
   * once more. It is also called once more when the session was revoked in another isolate within a day, since
   * clocks are not trusted for that.
   *
   * The caller whose loader ran gets the loader's own value. When KV or an object fails, the call does not:
   * the session is loaded, and an event reports the failure. For a token of more than 16,384 characters, which is
   * nobody's, the call returns null without calling the loader.
   *
   * @throws What the loader throws, and {@link CloudflareClientsError} `invalid_session` when it returns
   * something else than a session or null.
   * @example
   * ```ts
   * const sessions = new SessionCacheClient(env.AUTH_SESSION_KV, { revocations: env.SESSION_DO });
   * const session = await sessions.getOrLoad(token, () => loadSession(token));
   * ```
   */
  getOrLoad<Loaded extends SettableSession<S> | NoSession>(
    token: string,
    loader: () => Promise<Loaded> | Loaded,
  ): Promise<Exclude<Loaded, NoSession> | StoredSession<S> | null> {
    const bad = refuse(typeof loader !== 'function', 'invalid_value', 'The loader must be a function');
    if (bad) return refused(this.#onEvent, 'session', 'getOrLoad', bad);
    const member = new Member(this.#kv, this.#waitUntil, (code) =>
      noted(this.#onEvent, 'session', 'getOrLoad', 'not_cached', code),
    );
    return this.#call(
      'getOrLoad',
      token,
      (wasm, report, revocations) =>
        wasm.sessionGetOrLoad(
          this.#kv,
          this.#limitMs,
          this.#hash,
          this.#track && this.#handle.hasList,
          this.#maxAgeMs,
          revocations,
          token,
          loader,
          member,
          report,
        ),
      () => member.leave(),
    );
  }

  /**
   * Caches a session for `maxAgeSeconds`, or until it expires. An expired session is not written, and the value stored
   * under its token is deleted. With `revocations`, data that may be older than a revocation of its session is not
   * written either (a `not_cached` event with the code `conflict`), nor is a session without a user id (`not_tracked`).
   *
   * @throws {CloudflareClientsError} `invalid_session`, KV's failures, and with `revocations`
   * `object_unavailable`, `object_overloaded` or `timeout`.
   */
  set<Session extends SettableSession<S>>(
    token: string,
    data: Session,
    options?: SessionSetOptions | null,
  ): Promise<void> {
    // Without `list` the index could not be read.
    const track = this.#track && this.#handle.hasList;
    const given = fieldsOf(options, ['asOf']);
    const bad = given.bad ?? notMoment(given.asOf);
    if (bad) return refused(this.#onEvent, 'session', 'set', bad);
    const asOf = given.asOf === undefined ? undefined : Number(given.asOf);
    return this.#call('set', token, (wasm, report, revocations) =>
      wasm.sessionSet(
        this.#kv,
        this.#limitMs,
        this.#hash,
        track,
        this.#maxAgeMs,
        revocations,
        token,
        data,
        asOf,
        report,
      ),
    );
  }

  /**
   * Deletes the session of a token (sign-out), as clients with and without `hashTokens` have cached it: three billed
   * deletions. With `revocations` it is refused from then on, within the bound, even if KV still shows it or another
   * call is caching it.
   *
   * @throws {CloudflareClientsError} KV's failures; with `revocations` the object's failures (then call again: the
   * session may not be revoked), while a failure of KV is a `kv_failed` event.
   */
  delete(token: string): Promise<void> {
    return this.#call('delete', token, (wasm, report, revocations) =>
      wasm.sessionDelete(this.#kv, this.#limitMs, this.#hash, revocations, token, report),
    );
  }

  /**
   * Deletes every session of a user that KV can list (sign out everywhere, a changed password), and
   * returns how many. Without `revocations` a session that was cached in the last minute in another location
   * may not be listed yet; revoke it in the database too. With `revocations` everything cached for the user
   * until now is refused, within the bound, even where `trackUsers` is off (then it returns 0).
   *
   * @throws {CloudflareClientsError} `unsupported` without `revocations` and with `trackUsers: false` or a
   * handle without `list`; `partial_failure` when KV fails before the end, or beyond 490 sessions in one
   * invocation. With `revocations` only the object's failures (then call again): sessions that could not be
   * deleted in KV are refused all the same, with a `kv_failed` event.
   */
  deleteUserSessions(userId: string | number): Promise<number> {
    const track = this.#track && this.#handle.hasList;
    const id = Number.isSafeInteger(userId) ? String(userId) : (userId as string);
    const bad =
      notText(id, 'userId') ??
      refuse(id.length > 512, 'invalid_key', 'userId is too long') ??
      (track || this.#revocations ? undefined : this.#untracked());
    if (bad) return refused(this.#onEvent, 'session', 'deleteUserSessions', bad);
    // Whose the sessions are that are loading now is not known yet.
    this.#kv.memory.invalidateAll();
    return this.#observed('deleteUserSessions', (wasm, report, revocations) =>
      wasm.sessionDeleteUser(this.#kv, this.#limitMs, track, revocations, id, report),
    );
  }

  #untracked(): Bad {
    const why = this.#track ? 'a KV handle with list()' : 'trackUsers, which is off';
    return refuse(true, 'unsupported', `deleteUserSessions needs ${why}`);
  }

  #call<T>(operation: string, token: string, start: Start, lost?: () => void): Promise<T> {
    const bad = notKVKey(token, 'The token') ?? (operation === 'set' ? tooLong(token) : undefined);
    if (bad) return refused(this.#onEvent, 'session', operation, bad);
    // Nobody's token, so it is not copied to be hashed.
    if (tooLong(token)) return Promise.resolve((operation === 'delete' ? undefined : null) as T);
    return this.#observed(operation, start, lost);
  }

  #observed<T>(operation: string, start: Start, lost?: () => void): Promise<T> {
    const revocations = this.#revocations;
    const onEvent = this.#onEvent;
    if (!revocations)
      return observed(
        onEvent,
        'session',
        operation,
        (wasm, report) => start(wasm, report, revocations),
        lost,
      );
    const report = new Report(onEvent, 'session', operation, revocations.namespace.slowMs, true);
    const listened = onEvent && report;
    return ended(
      call<T>((wasm) => start(wasm, listened, { ...revocations, report }), lost),
      report,
    );
  }
}

bindMethods(SessionCacheClient);

const OPTIONS = [
  'name',
  'timeoutMs',
  'onEvent',
  'hashTokens',
  'trackUsers',
  'maxAgeSeconds',
  'waitUntil',
  'revocations',
  'revocationsName',
  'maxStalenessSeconds',
  'slowMs',
] as const;

type Given = Fields<SessionCacheOptions, (typeof OPTIONS)[number]>;

// Written out as undefined, it is a binding that is missing, and not a cache without revocations.
function hasRevocations(options: SessionCacheOptions | null | undefined): boolean {
  try {
    return options !== undefined && options !== null && 'revocations' in options;
  } catch {
    return true;
  }
}

// More than any browser sends as a cookie.
const tooLong = (token: string) =>
  refuse(token.length > 16_384, 'invalid_key', 'The token has more than 16384 characters');

function maxAgeOf({ maxAgeSeconds = 3_600 }: Given): number {
  // At most ten years: KV takes no more than 31 bits of seconds.
  if (typeof maxAgeSeconds === 'number' && maxAgeSeconds >= 60)
    return Math.min(maxAgeSeconds, 315_360_000) * 1_000;
  const message =
    'The option maxAgeSeconds must be a number of seconds from 60 on: KV keeps nothing for less';
  throw new CloudflareClientsError('misconfigured', message);
}

function revocationsOf(given: Given, wanted: boolean, handle: Handle): Revocations | undefined {
  const { revocations, maxStalenessSeconds = 60, timeoutMs = 2_000, slowMs } = given;
  const name = nameOption(given.revocationsName, 'revocationsName');
  milliseconds(slowMs, 'slowMs');
  if (typeof maxStalenessSeconds !== 'number' || !(maxStalenessSeconds >= 0)) {
    const message = 'The option maxStalenessSeconds must be a number of seconds from 0 on';
    throw new CloudflareClientsError('misconfigured', message);
  }
  if (!wanted) return undefined;
  if (!handle.hasMetadata) {
    const message = 'revocations need a KV handle with getWithMetadata()';
    throw new CloudflareClientsError('unsupported', message);
  }
  const client = 'SessionCacheClient';
  const namespace = objectsOf(revocations as SessionObjects, client, 'SessionDurableObject', {
    timeoutMs,
    slowMs,
  });
  const { id, breaker } = objectsIdentity(namespace.handle, client, { name }, 'revocationsName');
  namespace.breaker = breaker;
  return {
    namespace,
    namespaceId: id,
    stalenessMs: maxStalenessSeconds * 1_000,
  };
}

function notMoment(asOf: unknown): Bad {
  if (asOf === undefined) return undefined;
  const fits = (typeof asOf === 'number' || isDate(asOf)) && Number.isFinite(Number(asOf));
  return refuse(!fits, 'invalid_value', 'asOf must be a Date or ms since the epoch');
}
