import { bindMethods } from '../core/bound.js';
import { fieldsOf, notText } from '../core/checks.js';
import { refused } from '../core/events.js';
import {
  OBJECT_OPTIONS,
  type ObjectClientOptions,
  type Objects,
  objectsIdentity,
  objectsOf,
  type SessionObjects,
} from '../core/namespace.js';
import { optionsOf, wholeSeconds } from '../core/options.js';
import { observedObject, otherClass } from '../core/stub_call.js';
import type { StoreMethod } from '../wasm/clients.js';
import {
  createdOf,
  MAX_USER_AGENT,
  notRecord,
  type SessionRecord,
  type SessionRecordInput,
} from './record.js';

/** Options of {@link SessionStoreClient}. */
export interface SessionStoreOptions extends ObjectClientOptions {
  /**
   * How long a session lives after {@link SessionStoreClient.set}, in whole seconds from 1 to 315,360,000
   * (ten years). Reading does not renew it.
   * @defaultValue 604800 (7 days)
   */
  ttlSeconds?: number | undefined;
  /**
   * The longest a call may take with its retries, in ms; then it rejects with `timeout`. For
   * {@link SessionStoreClient.revokeAll} it is the limit of each step: the index, and every 50 sessions.
   * @defaultValue 5000
   */
  timeoutMs?: number | undefined;
}

const RECORD = ['sessionId', 'customerId', 'userAgent', 'createdAt'] as const;

const OPTIONS = [...OBJECT_OPTIONS, 'ttlSeconds'] as const;

/**
 * Sessions in Durable Objects (`SessionDurableObject`): one object for each session, and one for each
 * customer with the index of the customer's sessions. No object is shared by all customers.
 *
 * Every caller sees a session as soon as it is set, and no caller sees it once it is deleted or revoked:
 * there is no delay as in KV. `get` is one call. When an object fails, the call rejects; nothing falls back
 * to memory, which would keep revoked sessions valid.
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
   * `invalid_ttl` for an invalid `ttlSeconds`, `misconfigured` for another invalid option.
   */
  constructor(namespace: SessionObjects, options?: SessionStoreOptions | null) {
    const given = optionsOf(options, OPTIONS);
    const { ttlSeconds = 604_800 } = given;
    this.#objects = objectsOf(namespace, 'SessionStoreClient', 'SessionDurableObject', given);
    this.#ttlMs = wholeSeconds(ttlSeconds) * 1_000;
    this.#namespaceId = objectsIdentity(namespace, 'SessionStoreClient', given).id;
  }

  /** Returns the record of a session; null when there is none, or it has expired. */
  async get(sessionId: string): Promise<SessionRecord | null> {
    const found = await this.#call<unknown>('get', sessionId);
    return found === null ? null : recordOf(found);
  }

  /**
   * Stores a session until its TTL ends, in place of the one with the same id. With another customer's id
   * the session moves to that customer. A user agent is cut to its first 1,024 bytes.
   *
   * @throws {CloudflareClientsError} `invalid_session`; `conflict` when the customer's sessions were
   * revoked meanwhile: the session is not stored; `limit_exceeded` beyond 900 sessions of one customer;
   * `object_unavailable`, `object_overloaded` or `timeout`: call again, or {@link delete} the session, which
   * may have been stored (a call still under way may be applied within 30 seconds).
   */
  set(record: SessionRecordInput): Promise<void> {
    const read = fieldsOf(record, RECORD, 'A session record', 'invalid_session');
    const given = { ...read, createdAt: createdOf(read.createdAt) };
    const bad = given.bad ?? notRecord(given);
    if (bad) return refused(this.#objects.onEvent, 'session_store', 'set', bad);
    const { sessionId, customerId, userAgent, createdAt } = given as SessionRecord;
    // No other fields of the caller's object are sent, and no more of a user agent than is stored.
    const sent = {
      sessionId,
      customerId,
      userAgent: userAgent.slice(0, MAX_USER_AGENT),
      createdAt: new Date(createdAt),
    };
    const created = sent.createdAt.getTime();
    return observedObject(this.#objects, 'session_store', 'set', (wasm, report) =>
      wasm.storeSet(this.#objects, sessionId, customerId, created, sent, this.#ttlMs, report),
    );
  }

  /** Deletes a session (sign-out). From then on no `get` returns it; a missing session is not an error. */
  delete(sessionId: string): Promise<void> {
    return this.#call('delete', sessionId);
  }

  /**
   * Returns the live sessions of a customer, in the order in which they were set. It makes one call for the index,
   * and one for each session, 50 at a time.
   */
  async list(customerId: string): Promise<SessionRecord[]> {
    return (await this.#call<unknown[]>('list', customerId)).map(recordOf);
  }

  /**
   * Revokes all sessions of a customer (sign out everywhere, a changed password), and returns how many
   * there were. Once it has returned no `get` finds one of them, wherever it is called, and a `set` that was
   * under way is refused. Sessions that a `SessionCacheClient` with `revocations` on the same namespace has
   * cached for the user are refused as well, within its bound.
   *
   * It calls 50 sessions at a time, each 50 for at most `timeoutMs`: sessions whose objects hang take no time from
   * the others, and remain for the next call.
   *
   * @throws {CloudflareClientsError} `partial_failure` when some sessions could not be reached: call again.
   */
  revokeAll(customerId: string): Promise<number> {
    return this.#call('revokeAll', customerId);
  }

  #call<T>(method: StoreMethod, id: string): Promise<T> {
    const bad = notText(id, method === 'get' || method === 'delete' ? 'sessionId' : 'customerId');
    if (bad) return refused(this.#objects.onEvent, 'session_store', method, bad);
    return observedObject(this.#objects, 'session_store', method, (wasm, report) =>
      wasm.storeCall(this.#objects, this.#namespaceId, method, id, report),
    );
  }
}

function recordOf(reply: unknown): SessionRecord {
  const { bad, ...record } = fieldsOf(reply as SessionRecord, RECORD);
  if (bad ?? notRecord(record)) throw otherClass();
  return record as SessionRecord;
}

bindMethods(SessionStoreClient);
