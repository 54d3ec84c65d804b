import { bindMethods } from '../core/bound.js';
import { type Bad, fieldsOf, notFunction, notKVKey, notText, refuse } from '../core/checks.js';
import { ended, noted, type OnEvent, observed, Report, refused } from '../core/events.js';
import { type Handle, handleOf, type KVHandle } from '../core/kv_handle.js';
import {
  booleanOption,
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
import {
  hasRevocations,
  maxAgeOf,
  notMoment,
  OPTIONS,
  type Revocations,
  revocationsOf,
  type SessionCacheOptions,
  type SessionSetOptions,
  tooLong,
} from './cache_options.js';
import type {
  CachedSession,
  NoSession,
  SessionInput,
  SettableSession,
  StoredSession,
} from './cached_session.js';

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
    const bad = notFunction(loader, 'The loader', 'invalid_value');
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
      refuse(typeof id !== 'string', 'invalid_key', 'userId must be a string or a whole number') ??
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
