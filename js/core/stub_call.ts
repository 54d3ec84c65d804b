// Calls on objects: observed, reported when they were slow, and with a fallback where the caller wants one.

import { call, type Exports } from '../wasm/driver.js';
import { CloudflareClientsError } from './error.js';
import { type EventClient, ended, Report } from './events.js';
import type { Objects } from './namespace.js';
import type { ObjectTime } from './stub_time.js';

// In the shop's words, which its logs are searched for.
const LABELS: Partial<Record<EventClient, string>> = {
  cart: 'Cart',
  session_store: 'Session',
  session: 'Session',
  rate_limit: 'Rate limit',
  lock: 'Lock',
  counter: 'Counter',
  auth_storage: 'Auth storage',
};

/**
 * @internal Makes a call on an object: observed, and reported when it was slow. `spent` says what of a call
 * that does other things too was the objects'.
 */
export function observedObject<T>(
  { onEvent, slowMs }: Pick<Objects, 'onEvent' | 'slowMs'>,
  client: EventClient,
  operation: string,
  start: (wasm: Exports, report: Report | undefined) => unknown,
  spent?: ObjectTime,
): Promise<T> {
  if (!onEvent) return warned(call<T>(start), client, operation, slowMs, spent);
  const report = new Report(onEvent, client, operation, slowMs, spent);
  return ended(
    call<T>((wasm) => start(wasm, report)),
    report,
  );
}

async function warned<T>(
  answer: Promise<T>,
  client: EventClient,
  op: string,
  slowMs: number,
  spent?: ObjectTime,
): Promise<T> {
  const started = Date.now();
  try {
    return await answer;
  } finally {
    const ms = spent?.ms() ?? Date.now() - started;
    if (ms > slowMs) console.warn(`${LABELS[client] ?? client} DO latency ${ms}ms for op=${op}`);
  }
}

/** @internal A method that is one call on one object. */
export interface ObjectCall {
  client: EventClient;
  /** The client's method, for events. */
  operation: string;
  /** The object's name, and its method. */
  name: string;
  method: string;
  args: unknown[];
  /** Whether the object gets when it was made, as the last argument. */
  stamped: boolean;
  /** Answers in the object's place when it fails. */
  fallback?: (() => unknown) | undefined;
}

/** @internal Makes the call; answers the value of its reply. */
export function callObject<T>(objects: Objects, made: ObjectCall): Promise<T> {
  const { handle, placement, limitMs, onEvent, slowMs } = objects;
  const { client, operation, name, method, args, stamped, fallback } = made;
  const start = (wasm: Exports, report?: Report) =>
    wasm.objectCall(handle, placement, limitMs, name, method, args, stamped, report);
  if (!fallback) return observedObject(objects, client, operation, start);
  const report = onEvent && new Report(onEvent, client, operation, slowMs);
  const answer = call<T>((wasm) => start(wasm, report)).catch((error) => {
    if (!isFailure(error)) throw error;
    report?.note('fell_back', error.code);
    return fallback() as T;
  });
  return report ? ended(answer, report) : warned(answer, client, operation, slowMs);
}

// The object failed, as opposed to refusing the call.
function isFailure(error: unknown): error is CloudflareClientsError {
  return error instanceof CloudflareClientsError && FAILURES.includes(error.code);
}

const FAILURES: readonly string[] = ['object_unavailable', 'object_overloaded', 'timeout'];
