import { notText } from '../core/checks.js';
import { type ObjectClientOptions, type ObjectHandle, type Objects, objectsOf } from '../core/namespace.js';
import { namespaceIdOf } from '../core/namespace_id.js';
import { optionsOf, wholeSeconds } from '../core/options.js';
import { observedObject } from '../core/stub_call.js';
import type { StoreMethod } from '../wasm/clients.js';
import { notRecord, type SessionRecord } from './record.js';

/** Options of {@link SessionStoreClient}. */
export interface SessionStoreOptions extends ObjectClientOptions {
  /**
   * How long a session lives after {@link SessionStoreClient.set}, in whole seconds from 1 to 315,360,000
   * (ten years). Reading does not renew it.
   * @defaultValue 604800 (7 days)
   */
  ttlSeconds?: number | undefined;
  /**
   * The longest a call may take with its retries, in ms; then it rejects with `timeout`. Of
   * {@link SessionStoreClient.revokeAll} it is the limit of each step: the index, and every 50 sessions.
   * @defaultValue 5000
   */
  timeoutMs?: number | undefined;
}

/**
 * Sessions in Durable Objects (`SessionDurableObject`): one object for each session, and one for each
 * customer that knows which sessions to ask. No object is everybody's.
 *
 * What was set is read by everybody from then on, and what was deleted or revoked by nobody: there is no
 * delay as in KV. `get` is one call. A failure of the objects reaches the caller; nothing falls back to
 * memory, which would keep revoked sessions alive.
 *
 * @example
 * ```ts
 * const sessions = new SessionStoreClient(env.SESSION_DO);
 * const sessionId = crypto.randomUUID();
 * await sessions.set({ sessionId, customerId: 'c1', userAgent: 'Firefox', createdAt: new Date() });
 * console.log((await sessions.get(sessionId))?.customerId); // c1
 * await sessions.revokeAll('c1');
 * ```
 */
export class SessionStoreClient {
  readonly #objects: Objects;
  readonly #ttlMs: number;
  readonly #namespaceId: number;

  /**
   * @throws {CloudflareClientsError} `invalid_handle` when `namespace` is no Durable Object namespace,
   * `invalid_ttl` for a `ttlSeconds` that is none, `misconfigured` for another option that makes no sense.
   */
  constructor(namespace: ObjectHandle, options?: SessionStoreOptions | null) {
    this.#objects = objectsOf(namespace, 'SessionStoreClient', options);
    const { ttlSeconds = 604_800, jurisdiction } = optionsOf(options);
    this.#ttlMs = wholeSeconds(ttlSeconds) * 1_000;
    this.#namespaceId = namespaceIdOf(namespace, jurisdiction);
  }

  /** The record of a session; null when there is none, or it has expired. */
  get(sessionId: string): Promise<SessionRecord | null> {
    return this.#call('get', sessionId);
  }

  /**
   * Stores a session until its TTL ends, in place of the one that has its id. Under another
   * customer's id it moves there. A user agent is cut to its first 1,024 bytes.
   *
   * @throws {CloudflareClientsError} `invalid_session`; `conflict` when the customer's sessions were
   * revoked meanwhile: the session is not stored; `limit_exceeded` beyond 900 sessions of one customer;
   * `object_unavailable`, `object_overloaded` or `timeout`: call again, or {@link delete} what may have
   * been stored (what is still under way then may land within 30 seconds).
   */
  set(record: SessionRecord): Promise<void> {
    const bad = notRecord(record);
    if (bad) return Promise.reject(bad);
    const { sessionId, customerId, userAgent, createdAt } = record;
    // Nothing of what else the user's object may have.
    const sent = { sessionId, customerId, userAgent, createdAt: new Date(createdAt) };
    const created = sent.createdAt.getTime();
    return observedObject(this.#objects, 'session_store', 'set', (wasm, report) =>
      wasm.storeSet(this.#objects, sessionId, customerId, created, sent, this.#ttlMs, report),
    );
  }

  /** Deletes a session (sign-out). From then on nobody gets it. */
  delete(sessionId: string): Promise<void> {
    return this.#call('delete', sessionId);
  }

  /**
   * The live sessions of a customer, in the order in which they were set. One call for the index, and one for
   * each session, 50 at a time.
   */
  list(customerId: string): Promise<SessionRecord[]> {
    return this.#call('list', customerId);
  }

  /**
   * Revokes all sessions of a customer (sign out everywhere, a changed password), and answers how many
   * there were. From the moment it answers no `get` finds one of them, wherever it is called, and a `set`
   * that was under way is refused. What a `SessionCacheClient` with `revocations` on the same namespace
   * has cached for the user is refused as well, within its bound.
   *
   * It calls 50 sessions at a time, each 50 for at most `timeoutMs`: those that hang take no time of the others,
   * and are what is left for the next call.
   *
   * @throws {CloudflareClientsError} `partial_failure` when some sessions could not be reached: call again.
   */
  revokeAll(customerId: string): Promise<number> {
    return this.#call('revokeAll', customerId);
  }

  #call<T>(method: StoreMethod, id: string): Promise<T> {
    const bad = notText(id, 'The id');
    if (bad) return Promise.reject(bad);
    return observedObject(this.#objects, 'session_store', method, (wasm, report) =>
      wasm.storeCall(this.#objects, this.#namespaceId, method, id, report),
    );
  }
}
