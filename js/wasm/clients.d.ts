// The built glue, `clients.js`: wasm-bindgen's output turned into a factory by scripts/build.mjs.
// Its functions are the exported ones of src/*/exports.rs; their arguments are described there.
import type { Created } from './guard.js';
import type { Host } from './imports/index.js';

export type Answer = unknown;

/** What every call on an object begins with. */
export type Objects = [handle: object, placement: object | undefined, limitMs: number];

export interface Exports {
  step(task: number, outcome: 0 | 1 | 2, value: unknown): Answer;
  dropTask(task: number): void;
  liveTasks(): number;
  liveCounters(): number;

  sessionGet(
    kv: object,
    limitMs: number,
    hash: boolean,
    gate: object | undefined,
    token: string,
    report: object | undefined,
  ): Answer;
  sessionGetOrLoad(
    kv: object,
    limitMs: number,
    hash: boolean,
    track: boolean,
    gate: object | undefined,
    token: string,
    loader: object,
    report: object | undefined,
  ): Answer;
  sessionSet(
    kv: object,
    limitMs: number,
    hash: boolean,
    track: boolean,
    gate: object | undefined,
    token: string,
    data: unknown,
    asOf: number | undefined,
    report: object | undefined,
  ): Answer;
  sessionDelete(
    kv: object,
    limitMs: number,
    hash: boolean,
    gate: object | undefined,
    token: string,
    report: object | undefined,
  ): Answer;
  sessionDeleteUser(
    kv: object,
    limitMs: number,
    track: boolean,
    gate: object | undefined,
    userId: string,
    report: object | undefined,
  ): Answer;

  storeSet(
    objects: object,
    placement: object | undefined,
    limitMs: number,
    id: string,
    customer: string,
    createdAt: number,
    record: object,
    ttlMs: number,
    report: object | undefined,
  ): Answer;
  storeCall(
    ...args: [...objects: Objects, handle: number, kind: number, id: string, report: object | undefined]
  ): Answer;

  limitCheck(
    kv: object,
    limitMs: number,
    onUnavailable: number,
    handle: number,
    key: string,
    limit: number,
    window: number,
    cost: number,
    flushLater: object | undefined,
    report: object | undefined,
  ): Answer;
  limitPeek(
    kv: object,
    limitMs: number,
    onUnavailable: number,
    handle: number,
    key: string,
    limit: number,
    window: number,
    report: object | undefined,
  ): Answer;
  limitReset(kv: object, limitMs: number, handle: number, key: string, report: object | undefined): Answer;
  limitFlush(
    kv: object,
    limitMs: number,
    handle: number,
    key: string,
    delayMs: number,
    report: object | undefined,
  ): Answer;
  exactLimit(
    ...args: [
      ...objects: Objects,
      handle: number,
      options: number,
      operation: number,
      identifier: string,
      prefixes: string[],
      numbers: number[],
      configs: object[],
      cost: number,
      report: object | undefined,
    ]
  ): Answer;
  coordinate(
    ...args: [
      ...objects: Objects,
      operation: number,
      name: string,
      secret: string,
      call: string,
      number: number,
      waitMs: number,
      report: object | undefined,
    ]
  ): Answer;
  clientKey(address: string): string;
  policyField(keyPrefix: string, limit: number, window: number): string;
  limitField(keyPrefix: string, remaining: number, resetAt: number): string;

  valueGet(kv: object, limitMs: number, key: string, asJson: boolean, report: object | undefined): Answer;
  valueGetWithMetadata(
    kv: object,
    hasMetadata: boolean,
    limitMs: number,
    key: string,
    asJson: boolean,
    report: object | undefined,
  ): Answer;
  valuePut(
    kv: object,
    limitMs: number,
    key: string,
    text: string,
    ttl: number | undefined,
    expiration: number | undefined,
    metadata: unknown,
    report: object | undefined,
  ): Answer;
  valueDelete(kv: object, limitMs: number, key: string, report: object | undefined): Answer;
  valueList(
    kv: object,
    limitMs: number,
    prefix: string,
    limit: number,
    cursor: string | undefined,
    report: object | undefined,
  ): Answer;

  objectCall(
    ...args: [
      ...objects: Objects,
      name: string,
      method: string,
      args: unknown[],
      stamped: boolean,
      report: object | undefined,
    ]
  ): Answer;

  cartsMerge(
    ...args: [
      ...objects: Objects,
      from: string,
      into: string,
      key: string,
      owner: string | undefined,
      terms: unknown[],
      report: object | undefined,
    ]
  ): Answer;
  cartInMemory(
    number: number,
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
    report: object | undefined,
  ): Answer;
  cacheSet(
    kv: object,
    limitMs: number,
    key: string,
    value: unknown,
    seconds: number,
    report: object | undefined,
  ): Answer;
  cacheDelete(kv: object, limitMs: number, key: string, report: object | undefined): Answer;
  cacheGetOrSet(
    kv: object,
    hasMetadata: boolean,
    limitMs: number,
    key: string,
    seconds: number,
    loader: object,
    ticket: object,
    joinMs: number,
    report: object | undefined,
  ): Answer;
  cacheGetMany(
    kv: object,
    hasMetadata: boolean,
    limitMs: number,
    keys: string[],
    report: object | undefined,
  ): Answer;
  cacheDeleteMany(kv: object, limitMs: number, keys: string[], report: object | undefined): Answer;
  cacheClear(
    kv: object,
    limitMs: number,
    prefix: string,
    cursor: string | undefined,
    onProgress: object | undefined,
    report: object | undefined,
  ): Answer;

  authCall(
    objects: object,
    placement: object | undefined,
    limitMs: number,
    report: object | undefined,
    operation: number,
    key: string,
    args: unknown[],
  ): Answer;
}

export function create(module: WebAssembly.Module, host: Host): Created<Exports>;
