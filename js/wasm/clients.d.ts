// The built glue, `clients.js`: wasm-bindgen's output turned into a factory by scripts/build.mjs.
// Its functions are the exported ones of the subjects' exports.rs in src/; their arguments are described there.
import type { ErrorCode } from '../core/error.js';
import type { Created } from './guard.js';
import type { Host } from './imports/clients.js';

export type Result = unknown;

/** Where a call reports its events: `Report` of core/events.ts. */
export interface CallReport {
  hit(hit: boolean): void;
  bytes(bytes: number): void;
  waitedForObjects(ms: number): void;
  note(note: string, code: string): void;
}

/** What an object is named after; see `kind_of` in src/stub/exports.rs. */
export type ObjectKind = 'cart' | 'lock' | 'counter' | 'index';

/** A client's namespace of objects: `Objects` of core/namespace.ts. */
export interface ClientNamespace {
  readonly handle: object;
  readonly className: string;
  /** Where calls have a fallback. */
  readonly breaker: object | undefined;
  readonly placement: object | undefined;
  readonly limitMs: number;
}

/** The revocation options of a `SessionCacheClient`. */
export interface Revocations {
  readonly namespace: ClientNamespace;
  readonly namespaceId: number;
  readonly stalenessMs: number;
  /** The report of the call; present without a listener as well. */
  readonly report: CallReport;
}

/** The methods of a `SessionStoreClient` that take an id. */
export type StoreMethod = 'get' | 'delete' | 'list' | 'revokeAll';

/** The options of a `RateLimiterClient` on KV. */
export interface KvLimiter {
  readonly kv: object;
  readonly limitMs: number;
  readonly onUnavailable: 'throw' | 'allow' | 'deny';
  /** Absent where there is no `waitUntil` to keep the flush alive. */
  readonly flushLater: ((key: string, ms: number) => void) | undefined;
}

/** The options of a `RateLimiterClient` on objects. */
export interface ExactLimiter {
  readonly namespace: ClientNamespace;
  readonly namespaceId: number;
  readonly onUnavailable: 'throw' | 'allow' | 'deny';
  readonly localBlock: boolean;
}

/** The methods of `RateLimitDurableObject`. */
export type ExactMethod = 'check' | 'peek' | 'refund' | 'penalize' | 'reset';

/** A limit as it is sent to its object. */
export interface SentLimit {
  readonly limit: number;
  readonly window: number;
  readonly keyPrefix: string;
  readonly algorithm?: string;
}

/** The methods of `AuthStorageDurableObject`, with their arguments: an idempotency key for all that write. */
export type AuthCall =
  | [operation: 'get', key: string, args: []]
  | [operation: 'set', key: string, args: [once: string, value: string, ttl: number | undefined]]
  | [operation: 'delete' | 'getAndDelete', key: string, args: [once: string]]
  | [operation: 'increment', key: string, args: [once: string, ttl: number]]
  | [operation: 'consume', key: string, args: [once: string, window: number, max: number]];

/** What a merge's target gets after the id and the lines. */
export type MergeArguments = [
  policy: string,
  ttlSeconds: number,
  ifVersion: number | undefined,
  owner: string | undefined,
];

/** The methods of a cart that this isolate's memory stands in for. */
export type CartMethod = 'get' | 'set' | 'change' | 'mutate' | 'delete';

export interface Exports {
  step(task: number, outcome: 0 | 1 | 2, value: unknown): Result;
  dropTask(task: number): void;
  liveTasks(): number;
  liveCounters(): number;

  sessionGet(
    kv: object,
    limitMs: number,
    hashTokens: boolean,
    revocations: Revocations | undefined,
    token: string,
    report: CallReport | undefined,
  ): Result;
  sessionGetOrLoad(
    kv: object,
    limitMs: number,
    hashTokens: boolean,
    trackUsers: boolean,
    maxAgeMs: number,
    revocations: Revocations | undefined,
    token: string,
    loader: () => unknown,
    member: object,
    report: CallReport | undefined,
  ): Result;
  sessionSet(
    kv: object,
    limitMs: number,
    hashTokens: boolean,
    trackUsers: boolean,
    maxAgeMs: number,
    revocations: Revocations | undefined,
    token: string,
    data: unknown,
    asOf: number | undefined,
    report: CallReport | undefined,
  ): Result;
  sessionDelete(
    kv: object,
    limitMs: number,
    hashTokens: boolean,
    revocations: Revocations | undefined,
    token: string,
    report: CallReport | undefined,
  ): Result;
  sessionDeleteUser(
    kv: object,
    limitMs: number,
    trackUsers: boolean,
    revocations: Revocations | undefined,
    userId: string,
    report: CallReport | undefined,
  ): Result;

  storeSet(
    namespace: ClientNamespace,
    id: string,
    customer: string,
    createdAt: number,
    record: object,
    ttlMs: number,
    report: CallReport | undefined,
  ): Result;
  storeCall(
    namespace: ClientNamespace,
    namespaceId: number,
    method: StoreMethod,
    id: string,
    report: CallReport | undefined,
  ): Result;

  kvLimitCheck(
    limiter: KvLimiter,
    namespaceId: number,
    key: string,
    limit: number,
    window: number,
    cost: number,
    canFlush: boolean,
    report: CallReport | undefined,
  ): Result;
  kvLimitPeek(
    limiter: KvLimiter,
    namespaceId: number,
    key: string,
    limit: number,
    window: number,
    report: CallReport | undefined,
  ): Result;
  kvLimitReset(limiter: KvLimiter, namespaceId: number, key: string, report: CallReport | undefined): Result;
  kvLimitFlush(
    limiter: KvLimiter,
    namespaceId: number,
    key: string,
    delayMs: number,
    report: CallReport | undefined,
  ): Result;
  exactLimit(
    limiter: ExactLimiter,
    operation: ExactMethod,
    identifier: string,
    limits: readonly SentLimit[],
    cost: number,
    report: CallReport | undefined,
  ): Result;
  waitForLock(
    namespace: ClientNamespace,
    name: string,
    holder: string,
    ttlSeconds: number,
    waitMs: number,
    stop: { readonly aborted: boolean },
    report: CallReport | undefined,
  ): Result;
  textHash(text: string): string;

  putFailure(cause: unknown, timedOut: boolean): ErrorCode;
  valueGet(kv: object, limitMs: number, key: string, asJson: boolean, report: CallReport | undefined): Result;
  valueGetWithMetadata(
    kv: object,
    hasMetadata: boolean,
    limitMs: number,
    key: string,
    asJson: boolean,
    report: CallReport | undefined,
  ): Result;
  valuePut(
    kv: object,
    limitMs: number,
    key: string,
    text: string,
    ttl: number | undefined,
    expiration: number | undefined,
    metadata: string | undefined,
    report: CallReport | undefined,
  ): Result;
  valueDelete(kv: object, limitMs: number, key: string, report: CallReport | undefined): Result;
  valueList(
    kv: object,
    limitMs: number,
    prefix: string,
    limit: number,
    cursor: string | undefined,
    report: CallReport | undefined,
  ): Result;

  objectCall(
    namespace: ClientNamespace,
    kind: ObjectKind,
    name: string,
    method: string,
    args: unknown[],
    time: 0 | 1 | 2,
    report: CallReport | undefined,
  ): Result;

  cartsMerge(
    namespace: ClientNamespace,
    from: string,
    into: string,
    key: string,
    args: MergeArguments,
    report: CallReport | undefined,
  ): Result;
  cartInMemory(
    namespaceId: number,
    id: string,
    method: CartMethod,
    json: string,
    ttlSeconds: number,
    key: string | undefined,
    ifVersion: number | undefined,
    owner: string | undefined,
  ): Result;

  cacheGet(
    kv: object,
    hasMetadata: boolean,
    limitMs: number,
    key: string,
    report: CallReport | undefined,
  ): Result;
  cacheSet(
    kv: object,
    limitMs: number,
    key: string,
    text: string,
    seconds: number,
    report: CallReport | undefined,
  ): Result;
  cacheGetOrSet(
    kv: object,
    hasMetadata: boolean,
    limitMs: number,
    key: string,
    seconds: number,
    loader: () => unknown,
    member: object,
    joinMs: number,
    report: CallReport | undefined,
  ): Result;
  cacheGetMany(
    kv: object,
    hasMetadata: boolean,
    limitMs: number,
    keys: string[],
    report: CallReport | undefined,
  ): Result;
  cacheDeleteMany(kv: object, limitMs: number, keys: string[], report: CallReport | undefined): Result;
  cacheClear(
    kv: object,
    limitMs: number,
    prefix: string,
    cursor: string | undefined,
    onProgress: ((deleted: number) => void) | undefined,
    report: CallReport | undefined,
  ): Result;

  authCall(namespace: ClientNamespace, ...call: [...call: AuthCall, report: CallReport | undefined]): Result;
}

export function create(module: WebAssembly.Module, host: Host): Created<Exports>;
