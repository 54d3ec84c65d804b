// What the wasm calls: `extern "C"` in src/host. Guards and views, no decisions.

import { cartChanges, cartLines } from './cart.js';
import { hostSession } from './session.js';

/** Where a call says what it waits for, or how it failed. */
export interface Registers {
  park(task: number, promise: unknown, limitMs: number): void;
  fail(error: unknown, verbatim: boolean): void;
}

/** The object that the built glue finds as `host`. */
export type Host = ReturnType<typeof hostOf>;

// As `Promise.allSettled`; those that are still open when the limit has passed are undefined. 0 is no limit.
async function settledWithin(promises: unknown[], limitMs: number) {
  const outcomes = promises.map((): PromiseSettledResult<unknown> | undefined => undefined);
  const all = Promise.all(
    promises.map(async (promise, i) => {
      [outcomes[i]] = await Promise.allSettled([promise]);
    }),
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => {
    if (limitMs > 0) timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([all, late]);
  clearTimeout(timer);
  return outcomes.slice();
}

interface Readable {
  get(key: unknown, type: 'text'): unknown;
  getWithMetadata(key: unknown, type: 'text'): unknown;
}

const utf8 = new TextEncoder();

// What a handle throws at once is a rejection like any other.
function kvGet(kv: Readable, key: unknown): unknown {
  try {
    return kv.get(key, 'text');
  } catch (error) {
    return Promise.reject(error);
  }
}

function kvGetWithMetadata(kv: Readable, key: unknown): unknown {
  try {
    return kv.getWithMetadata(key, 'text');
  } catch (error) {
    return Promise.reject(error);
  }
}

function textOf(answer: unknown, hasMetadata: boolean): string | undefined {
  try {
    const text = hasMetadata ? (answer as { value?: unknown } | null | undefined)?.value : answer;
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

function expiresAtOf(answer: { metadata?: { expiresAt?: unknown } | null }): number {
  try {
    const expiresAt = answer.metadata?.expiresAt;
    return typeof expiresAt === 'number' ? expiresAt : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

function metadataOf(answer: { metadata?: unknown }): unknown {
  try {
    return answer.metadata ?? null;
  } catch {
    return null;
  }
}

// `value` was parsed from JSON, so reading it does not throw.
function sessionExpiry(value: { session?: { expiresAt?: unknown } | null; user?: unknown } | null): number {
  const session = value?.session;
  const user = value?.user;
  if (typeof session !== 'object' || session === null) return Number.NaN;
  if (typeof user !== 'object' || user === null) return Number.NaN;
  return typeof session.expiresAt === 'string' ? Date.parse(session.expiresAt) : Number.NaN;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function limitResult(
  allowed: boolean,
  remaining: number,
  resetAt: number,
  limit: number,
  retryAfterSeconds: number,
  degraded: boolean,
) {
  const result = { allowed, remaining, resetAt, limit, retryAfterSeconds };
  return degraded ? { ...result, degraded } : result;
}

interface Storage {
  sql: { exec(sql: string, ...args: unknown[]): { raw(): { toArray(): unknown[][] } } };
  setAlarm(at: number): unknown;
}

function sqlRows(storage: Storage, sql: string, args: unknown[]): unknown[][] {
  return storage.sql
    .exec(sql, ...args)
    .raw()
    .toArray();
}

interface Objects {
  idFromName(name: string): unknown;
  get(id: unknown, options?: unknown): Record<string, (...args: unknown[]) => unknown>;
}

function objectCall(objects: Objects, placement: unknown, name: string, method: string, args: unknown[]) {
  try {
    const id = objects.idFromName(name);
    const stub = placement === undefined ? objects.get(id) : objects.get(id, placement);
    return stub[method]?.(...args) ?? Promise.reject(new TypeError(`The object has no ${method}()`));
  } catch (error) {
    return Promise.reject(error);
  }
}

// What an object refused a call with; something else may be bound than one of our classes.
function refusal(reply: { ok?: unknown; code?: unknown; message?: unknown } | null | undefined) {
  if (reply?.ok === false && typeof reply.code === 'string' && typeof reply.message === 'string') {
    return { code: reply.code, message: reply.message, retryable: RETRYABLE_REFUSALS.includes(reply.code) };
  }
  const message =
    'The Durable Object answered something else than a class of @codex/cloudflare-clients/durable-objects does. Check class_name of the binding';
  return { code: 'misconfigured', message, retryable: false };
}

const RETRYABLE_REFUSALS = ['conflict', 'object_unavailable', 'timeout'];

// When an object says that a call came too late: its clock.
function lateAt(reply: { ok?: unknown; at?: unknown } | null | undefined): number {
  return reply?.ok === false && typeof reply.at === 'number' ? reply.at : Number.NaN;
}

// The flags of Cloudflare's errors, as bits.
function failureFlags(error: { retryable?: unknown; overloaded?: unknown; remote?: unknown } | null): number {
  if (typeof error !== 'object' || error === null) return 0;
  try {
    return (
      (error.retryable === true ? 1 : 0) |
      (error.overloaded === true ? 2 : 0) |
      (error.remote === true ? 4 : 0)
    );
  } catch {
    return 0;
  }
}

/** `panicked` differs from instance to instance; the rest is shared. */
export function hostOf(registers: Registers, panicked: (message: string) => never) {
  return {
    panicked,
    park: registers.park,
    fail: registers.fail,
    kvGet,
    kvGetWithMetadata,
    textOf,
    expiresAtOf,
    metadataOf,
    parse,
    sessionExpiry,
    limitResult,
    cartLines,
    cartChanges,
    sqlRows,
    sqlRun: (storage: Storage, sql: string, args: unknown[]) => void storage.sql.exec(sql, ...args),
    // Not awaited: the runtime holds back the answer until what was written is on disk.
    setAlarm: (storage: Storage, at: number) => void storage.setAlarm(at),
    objectCall,
    replyOk: (reply: { ok?: unknown } | null | undefined) => reply?.ok === true,
    replyValue: (reply: { value?: unknown }) => reply.value,
    replyLateAt: lateAt,
    refusal,
    failureFlags,
    settledWithin,
    ...hostSession,
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    byteLength: (text: string) => utf8.encode(text).length,
  };
}
