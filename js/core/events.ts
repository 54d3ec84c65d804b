import type { CallReport } from '../wasm/clients.js';
import { call, type Exports } from '../wasm/driver.js';
import { CloudflareClientsError, type ErrorCode } from './error.js';

/** The client that an event comes from. */
export type EventClient =
  | 'session'
  | 'rate_limit'
  | 'cache'
  | 'kv'
  | 'cart'
  | 'session_store'
  | 'lock'
  | 'counter'
  | 'auth_storage';

/**
 * Something that happened during a call, after which the call went on: `expired` (the cached value had passed its
 * expiry), `malformed` (the stored value is not one that the client stores), `large_value` (more than 100 KB),
 * `not_cached` (a loaded value was returned and not stored, or a session that `set` was given: its `code` says why),
 * `kv_failed` (KV failed and the call went on), `joined` (the value came from another call's loader: single flight),
 * `join_failed` (that other call vanished or took too long), `not_tracked` (a session without a user id:
 * `deleteUserSessions` cannot find it, and with `revocations` it is not cached), `retried` (a call on a Durable
 * Object failed on the way and was made again), `slow` (a call on a Durable Object took longer than `slowMs`),
 * `fell_back` (the object failed, and this isolate's memory was used: `onUnavailable: 'memory'`), `object_failed` (a
 * Durable Object failed and the call went on without it: `onUnavailable` decided on the limit, or a cached session
 * was not served), `blocked` (refused from this isolate's memory of an earlier refusal, without a call on the
 * object), `lock_lost` (a lock was no longer its holder's when it was released), `revoked` (KV still had a session
 * that was revoked, or one that was cached without `revocations`), `circuit_opened` (several objects of the
 * namespace have failed: calls with a fallback use it at once, and one in ten seconds is made as a probe),
 * `circuit_closed` (an object has answered again).
 */
export type EventNote =
  | 'expired'
  | 'malformed'
  | 'large_value'
  | 'not_cached'
  | 'kv_failed'
  | 'joined'
  | 'join_failed'
  | 'not_tracked'
  | 'retried'
  | 'slow'
  | 'fell_back'
  | 'object_failed'
  | 'blocked'
  | 'lock_lost'
  | 'revoked'
  | 'circuit_opened'
  | 'circuit_closed';

/**
 * The event that `onEvent` gets: one per call, and one per note: mostly before it, and after it for a
 * write behind the answer. It holds no key, token or value.
 */
export interface ClientEvent {
  readonly client: EventClient;
  /**
   * The method that was called, such as `getOrSet`; or what a method did besides: `flush` for counts that were written
   * later, `withdraw` of a lock, `trackKey`, `untrackKey` and `listKeys` of an index of keys.
   */
  readonly operation: string;
  /** How long the call took so far, in ms. In production clocks advance only after I/O. */
  readonly ms: number;
  /** Whether KV had the value; absent where nothing was read. */
  readonly hit?: boolean;
  /** The size of the value that was read or written last, in bytes. */
  readonly bytes?: number;
  /** With a note, the code of the failure of KV or of the value; else the code that the call rejected with. */
  readonly code?: ErrorCode | 'thrown';
  /** Present when the event is a note on a call. */
  readonly note?: EventNote;
}

/** The listener of a client. */
export type OnEvent = (event: ClientEvent) => void;

/** @internal What Rust reports of one call, for its listener. */
export class Report implements CallReport {
  readonly #start = performance.now();
  readonly #notes: { note: EventNote; code?: ErrorCode }[] = [];
  #hit: boolean | undefined;
  #bytes: number | undefined;
  #waitedForObjects = 0;

  constructor(
    readonly listener: OnEvent | undefined,
    readonly client: EventClient,
    readonly operation: string,
    readonly slowMs = Number.POSITIVE_INFINITY,
    /** Whether only the time that the call waited for objects counts as slow. */
    readonly onlyObjects = false,
  ) {}

  waitedForObjects(ms: number): void {
    this.#waitedForObjects += ms;
  }

  hit(hit: boolean): void {
    this.#hit = hit;
  }

  bytes(bytes: number): void {
    this.#bytes = bytes;
  }

  note(note: EventNote, code: ErrorCode | ''): void {
    this.#notes.push(code ? { note, code } : { note });
  }

  end(code?: ErrorCode | 'thrown'): void {
    const { client, operation } = this;
    const ms = performance.now() - this.#start;
    const waited = this.onlyObjects ? this.#waitedForObjects : ms;
    if (waited > this.slowMs) {
      if (this.listener) this.note('slow', '');
      else warnSlow(client, operation, waited);
    }
    for (const note of this.#notes) this.#emit({ client, operation, ms, ...note });
    this.#emit({
      client,
      operation,
      ms,
      ...(this.#hit !== undefined && { hit: this.#hit }),
      ...(this.#bytes !== undefined && { bytes: this.#bytes }),
      ...(code && { code }),
    });
  }

  #emit(event: ClientEvent): void {
    try {
      this.listener?.(event);
    } catch {
      // A listener's failure must not become the caller's.
    }
  }
}

/** @internal Tells the listener of what happened after the call had ended. */
export function noted(
  listener: OnEvent | undefined,
  client: EventClient,
  operation: string,
  note: EventNote,
  code: ErrorCode,
): void {
  try {
    listener?.({ client, operation, ms: 0, note, code });
  } catch {
    // As in a report.
  }
}

// The shop's words, for which its logs are searched.
const LABELS: Partial<Record<EventClient, string>> = {
  cart: 'Cart',
  session_store: 'Session',
  session: 'Session',
  rate_limit: 'Rate limit',
  lock: 'Lock',
  counter: 'Counter',
  auth_storage: 'Auth storage',
};

/** @internal Logs a slow call of a client without a listener. */
export function warnSlow(client: EventClient, operation: string, ms: number): void {
  console.warn(`${LABELS[client] ?? client} DO latency ${Math.round(ms)}ms for op=${operation}`);
}

/** @internal Makes a call, and reports it to the listener if there is one. */
export function observed<T>(
  listener: OnEvent | undefined,
  client: EventClient,
  operation: string,
  start: (wasm: Exports, report: Report | undefined) => unknown,
  lost?: () => void,
): Promise<T> {
  if (!listener) return call<T>(start, lost);
  const report = new Report(listener, client, operation);
  return ended(
    call<T>((wasm) => start(wasm, report), lost),
    report,
  );
}

/** @internal A call whose arguments are refused: it rejects, and is reported as any other. */
export function refused(
  listener: OnEvent | undefined,
  client: EventClient,
  operation: string,
  bad: CloudflareClientsError,
): Promise<never> {
  const result = Promise.reject(bad);
  return listener ? ended(result, new Report(listener, client, operation)) : result;
}

/** @internal Reports to the listener when a call has ended. */
export function ended<T>(result: Promise<T>, report: Report): Promise<T> {
  result.then(
    () => report.end(),
    (error) => report.end(error instanceof CloudflareClientsError ? error.code : 'thrown'),
  );
  return result;
}
