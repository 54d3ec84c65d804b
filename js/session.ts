import { CloudflareClientsError } from './error.js';
import { type OnEvent, observed, type Report } from './events.js';
import { type Handle, handleOf, type KVHandle, notText } from './handle.js';
import { type ClientOptions, functionOption, milliseconds } from './options.js';
import type { Exports } from './runtime.js';

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
 * What can be cached: `{ session, user }` with a `session.expiresAt` that names a moment. What
 * better-auth's `getSession()` answers is one.
 */
export interface SessionInput {
  session: { expiresAt: string | Date; userId?: string | undefined };
  // `& object`: a user without an id is one too.
  user: { id?: string | undefined } & object;
}

/** Options of {@link SessionCacheClient}. */
export interface SessionCacheOptions extends ClientOptions {
  /**
   * Store under the SHA-256 of the token, so that listing keys shows no token. Recommended. Sessions
   * that were cached under plain tokens are not found any more and are loaded once again.
   * @defaultValue false
   */
  hashTokens?: boolean | undefined;
  /**
   * Write a second entry per session, so that `deleteUserSessions` finds it: one more billed write
   * for each `set`. Without it `deleteUserSessions` is `unsupported`.
   * @defaultValue true
   */
  trackUsers?: boolean | undefined;
}

/**
 * Sessions cached in KV, so that a request need not ask the database who it is from.
 *
 * KV is eventually consistent: a deleted session may be served in other places for 60 seconds or
 * more. Where a sign-out must hold at once, ask the database.
 *
 * @example
 * ```ts
 * const sessions = new SessionCacheClient(env.AUTH_SESSION_KV, { hashTokens: true });
 * const cached = await sessions.get(token);
 * if (!cached) await sessions.set(token, await loadSession(token));
 * ```
 */
export class SessionCacheClient<Role extends string = 'customer' | 'owner' | 'creator'> {
  readonly #handle: Handle;
  readonly #limitMs: number;
  readonly #hash: boolean;
  readonly #track: boolean;
  readonly #onEvent: OnEvent | undefined;

  /** @throws {CloudflareClientsError} `invalid_handle` when `kv` is no KV namespace. */
  constructor(kv: KVHandle, options?: SessionCacheOptions) {
    this.#handle = handleOf(kv, 'SessionCacheClient');
    this.#limitMs = milliseconds(options?.timeoutMs, 'timeoutMs');
    this.#onEvent = functionOption(options?.onEvent, 'onEvent');
    this.#hash = options?.hashTokens ?? false;
    this.#track = options?.trackUsers ?? true;
  }

  /**
   * The session under a token; null when there is none, when it has expired, or when what stands
   * there is not a session.
   */
  get(token: string): Promise<CachedSession<Role> | null> {
    return this.#call('get', token, (wasm, report) =>
      wasm.sessionGet(this.#handle.kv, this.#limitMs, this.#hash, token, report),
    );
  }

  /**
   * Caches a session until it expires. One that has expired is not written, and what stood under the
   * token is deleted.
   */
  set<Session extends SessionInput>(token: string, data: Session): Promise<void> {
    // Without `list` nobody could read the index.
    const track = this.#track && this.#handle.hasList;
    return this.#call('set', token, (wasm, report) =>
      wasm.sessionSet(this.#handle.kv, this.#limitMs, this.#hash, track, token, data, report),
    );
  }

  /** Deletes the session under a token (sign-out). */
  delete(token: string): Promise<void> {
    return this.#call('delete', token, (wasm, report) =>
      wasm.sessionDelete(this.#handle.kv, this.#limitMs, this.#hash, token, report),
    );
  }

  /**
   * Deletes every session of a user that KV can list (sign out everywhere, a changed password), and
   * answers how many. A session that was cached in the last minute in another place may not be listed
   * yet; revoke it in the database too.
   *
   * @throws {CloudflareClientsError} `unsupported` with `trackUsers: false` or a handle without
   * `list`; `partial_failure` when KV failed on the way, or beyond 498 sessions in one invocation.
   */
  deleteUserSessions(userId: string): Promise<number> {
    const bad = notText(userId, 'userId') ?? this.#untracked();
    if (bad) return Promise.reject(bad);
    return observed(this.#onEvent, 'session', 'deleteUserSessions', (wasm, report) =>
      wasm.sessionDeleteUser(this.#handle.kv, this.#limitMs, userId, report),
    );
  }

  #untracked(): CloudflareClientsError | undefined {
    if (this.#track && this.#handle.hasList) return undefined;
    const why = this.#track ? 'a KV handle with list()' : 'trackUsers, which is off';
    return new CloudflareClientsError('unsupported', `deleteUserSessions needs ${why}`);
  }

  #call<T>(
    operation: string,
    token: string,
    start: (wasm: Exports, report: Report | undefined) => unknown,
  ): Promise<T> {
    const bad = notText(token, 'The token');
    if (bad) return Promise.reject(bad);
    return observed(this.#onEvent, 'session', operation, start);
  }
}
