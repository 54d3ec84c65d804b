// The options of `SessionCacheClient`, and what they say.
import { type Bad, type Fields, isDate, mustBe, refuse, throwIf } from '../core/checks.js';
import { CloudflareClientsError } from '../core/error.js';
import type { Handle } from '../core/kv_handle.js';
import { type Objects, objectsIdentity, objectsOf, type SessionObjects } from '../core/namespace.js';
import { type ClientOptions, milliseconds, nameOption, type WaitUntil } from '../core/options.js';
import type { Revocations as WithReport } from '../wasm/clients.js';

/** Options of `SessionCacheClient`. */
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

/** Options of `SessionCacheClient.set`. */
export interface SessionSetOptions {
  /**
   * When the data was read from the database: `Date.now()` of this Worker before the query. With
   * `revocations`, data that was read before its session was revoked is not cached, nor data that was read
   * more than an hour ago.
   * @defaultValue now
   */
  asOf?: number | Date | undefined;
}

/** @internal The revocation options of a client; each call adds its report. */
export type Revocations = Omit<WithReport, 'report'> & { readonly namespace: Objects };

/** @internal */
export const OPTIONS = [
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

/** @internal Written out as undefined, it is a binding that is missing, and not a cache without revocations. */
export function hasRevocations(options: SessionCacheOptions | null | undefined): boolean {
  try {
    return options !== undefined && options !== null && 'revocations' in options;
  } catch {
    return true;
  }
}

/** @internal More than any browser sends as a cookie. */
export const tooLong = (token: string) =>
  refuse(token.length > 16_384, 'invalid_key', 'The token has more than 16384 characters');

/** @internal In ms. */
export function maxAgeOf({ maxAgeSeconds = 3_600 }: Given): number {
  // At most ten years: KV takes no more than 31 bits of seconds.
  if (typeof maxAgeSeconds === 'number' && maxAgeSeconds >= 60)
    return Math.min(maxAgeSeconds, 315_360_000) * 1_000;
  const expected = 'a number of seconds from 60 on (KV keeps nothing for less)';
  throw mustBe(false, expected, maxAgeSeconds, 'The option maxAgeSeconds');
}

/** @internal */
export function revocationsOf(given: Given, wanted: boolean, handle: Handle): Revocations | undefined {
  const { revocations, maxStalenessSeconds = 60, timeoutMs = 2_000, slowMs } = given;
  const name = nameOption(given.revocationsName, 'revocationsName');
  milliseconds(slowMs, 'slowMs');
  const fits = typeof maxStalenessSeconds === 'number' && maxStalenessSeconds >= 0;
  throwIf(
    mustBe(fits, 'a number of seconds from 0 on', maxStalenessSeconds, 'The option maxStalenessSeconds'),
  );
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

/** @internal */
export function notMoment(asOf: unknown): Bad {
  if (asOf === undefined) return undefined;
  const fits = (typeof asOf === 'number' || isDate(asOf)) && Number.isFinite(Number(asOf));
  return mustBe(fits, 'a Date or ms since the epoch', asOf, 'asOf', 'invalid_value');
}
