// The built glue, `clients.js`: wasm-bindgen's output turned into a factory by scripts/build.mjs.
// Its functions are the exported ones of src/*/exports.rs; their arguments are described there.
import type { Created } from './guard.js';
import type { Host } from './imports/index.js';

export type Answer = unknown;

/** What a call tells of itself: `Report` of core/events.ts. */
export interface CallReport {
  hit(hit: boolean): void;
  bytes(bytes: number): void;
  waitedForObjects(ms: number): void;
  note(note: string, code: string): void;
}

/** What a client knows of its namespace of objects: `Objects` of core/namespace.ts. */
export interface ClientNamespace {
  readonly handle: object;
  readonly placement: object | undefined;
  readonly limitMs: number;
}

/** What a `SessionCacheClient` knows of its revocations. */
export interface Revocations {
  readonly namespace: ClientNamespace;
  readonly namespaceId: number;
  readonly stalenessMs: number;
  /** That of the call; there is one without a listener as well. */
  readonly report: CallReport;
}

/** The methods of a `SessionStoreClient` that take an id. */
export type StoreMethod = 'get' | 'delete' | 'list' | 'revokeAll';

/** What a `RateLimiterClient` knows of its KV. */
export interface KvLimiter {
  readonly kv: object;
  readonly limitMs: number;
  readonly onUnavailable: 'throw' | 'allow' | 'deny';
  /** Absent where nothing would keep the flush alive. */
  readonly flushLater: ((key: string, ms: number) => void) | undefined;
}

/** What a `RateLimiterClient` knows of its objects. */
export interface ExactLimiter {
  readonly namespace: ClientNamespace;
  readonly namespaceId: number;
  readonly onUnavailable: 'throw' | 'allow' | 'deny';
  readonly localBlock: boolean;
}

/** The methods of `RateLimitDurableObject`. */
export type ExactMethod = 'check' | 'peek' | 'refund' | 'penalize' | 'reset';

/** A limit as its object takes it. */
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

export interface Exports {
  step(task: number, outcome: 0 | 1 | 2, value: unknown): Answer;
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
  ): Answer;
  sessionGetOrLoad(
    kv: object,
    limitMs: number,
    hashTokens: boolean,
    trackUsers: boolean,
    revocations: Revocations | undefined,
    token: string,
    loader: () => unknown,
    report: CallReport | undefined,
  ): Answer;
  sessionSet(
    kv: object,
    limitMs: number,
    hashTokens: boolean,
    trackUsers: boolean,
    revocations: Revocations | undefined,
    token: string,
    data: unknown,
    asOf: number | undefined,
    report: CallReport | undefined,
  ): Answer;
  sessionDelete(
    kv: object,
    limitMs: number,
    hashTokens: boolean,
    revocations: Revocations | undefined,
    token: string,
    report: CallReport | undefined,
  ): Answer;
  sessionDeleteUser(
    kv: object,
    limitMs: number,
    trackUsers: boolean,
    revocations: Revocations | undefined,
    userId: string,
    report: CallReport | undefined,
  ): Answer;

  storeSet(
    namespace: ClientNamespace,
    id: string,
    customer: string,
    createdAt: number,
    record: object,
    ttlMs: number,
    report: CallReport | undefined,
  ): Answer;
  storeCall(
    namespace: ClientNamespace,
    namespaceId: number,
    method: StoreMethod,
    id: string,
    report: CallReport | undefined,
  ): Answer;

  kvLimitCheck(
    limiter: KvLimiter,
    namespaceId: number,
    key: string,
    limit: number,
    window: number,
    cost: number,
    canFlush: boolean,
    report: CallReport | undefined,
  ): Answer;
  kvLimitPeek(
    limiter: KvLimiter,
    namespaceId: number,
    key: string,
    limit: number,
    window: number,
    report: CallReport | undefined,
  ): Answer;
  kvLimitReset(limiter: KvLimiter, namespaceId: number, key: string, report: CallReport | undefined): Answer;
  kvLimitFlush(
    limiter: KvLimiter,
    namespaceId: number,
    key: string,
    delayMs: number,
    report: CallReport | undefined,
  ): Answer;
  exactLimit(
    limiter: ExactLimiter,
    operation: ExactMethod,
    identifier: string,
    limits: readonly SentLimit[],
    cost: number,
    report: CallReport | undefined,
  ): Answer;
  waitForLock(
    namespace: ClientNamespace,
    name: string,
    holder: string,
    ttlSeconds: number,
    waitMs: number,
    report: CallReport | undefined,
  ): Answer;
  clientKey(address: string): string;
  policyField(keyPrefix: string, limit: number, window: number): string;
  limitField(keyPrefix: string, remaining: number, resetAt: number): string;

  valueGet(kv: object, limitMs: number, key: string, asJson: boolean, report: CallReport | undefined): Answer;
  valueGetWithMetadata(
    kv: object,
    hasMetadata: boolean,
    limitMs: number,
    key: string,
    asJson: boolean,
    report: CallReport | undefined,
  ): Answer;
  valuePut(
    kv: object,
    limitMs: number,
    key: string,
    text: string,
    ttl: number | undefined,
    expiration: number | undefined,
    metadata: unknown,
    report: CallReport | undefined,
  ): Answer;
  valueDelete(kv: object, limitMs: number, key: string, report: CallReport | undefined): Answer;
  valueList(
    kv: object,
    limitMs: number,
    prefix: string,
    limit: number,
    cursor: string | undefined,
    report: CallReport | undefined,
  ): Answer;

  objectCall(
    namespace: ClientNamespace,
    kind: string,
    name: string,
    method: string,
    args: unknown[],
    sendsTime: boolean,
    report: CallReport | undefined,
  ): Answer;

  cartsMerge(
    namespace: ClientNamespace,
    from: string,
    into: string,
    key: string,
    owner: string | undefined,
    args: unknown[],
    report: CallReport | undefined,
  ): Answer;
  cartInMemory(
    namespaceId: number,
    id: string,
    method: string,
    json: string,
    ttlSeconds: number,
    key: string | undefined,
    ifVersion: number | undefined,
    owner: string | undefined,
  ): Answer;

  cacheGet(
    kv: object,
    hasMetadata: boolean,
    limitMs: number,
    key: string,
    report: CallReport | undefined,
  ): Answer;
  cacheSet(
    kv: object,
    limitMs: number,
    key: string,
    value: unknown,
    seconds: number,
    report: CallReport | undefined,
  ): Answer;
  cacheDelete(kv: object, limitMs: number, key: string, report: CallReport | undefined): Answer;
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
  ): Answer;
  cacheGetMany(
    kv: object,
    hasMetadata: boolean,
    limitMs: number,
    keys: string[],
    report: CallReport | undefined,
  ): Answer;
  cacheDeleteMany(kv: object, limitMs: number, keys: string[], report: CallReport | undefined): Answer;
  cacheClear(
    kv: object,
    limitMs: number,
    prefix: string,
    cursor: string | undefined,
    onProgress: ((deleted: number) => void) | undefined,
    report: CallReport | undefined,
  ): Answer;

  authCall(namespace: ClientNamespace, ...call: [...call: AuthCall, report: CallReport | undefined]): Answer;
}

export function create(module: WebAssembly.Module, host: Host): Created<Exports>;
