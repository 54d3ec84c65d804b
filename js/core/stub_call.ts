// Calls on objects: observed, reported when they are slow, and with a fallback where the caller has one.

import type { ObjectKind } from '../wasm/clients.js';
import { call, type Exports } from '../wasm/driver.js';
import { CloudflareClientsError } from './error.js';
import { type EventClient, ended, Report, warnSlow } from './events.js';
import type { Objects } from './namespace.js';

/** @internal Makes a call of a client of objects: observed, and reported when it is slow. */
export function observedObject<T>(
  { onEvent, slowMs }: Pick<Objects, 'onEvent' | 'slowMs'>,
  client: EventClient,
  operation: string,
  start: (wasm: Exports, report: Report | undefined) => unknown,
): Promise<T> {
  if (!onEvent) return warned(call<T>(start), client, operation, slowMs);
  const report = new Report(onEvent, client, operation, slowMs);
  return ended(
    call<T>((wasm) => start(wasm, report)),
    report,
  );
}

/** @internal A method that is one call on one object. */
export interface ObjectCall<T> {
  client: EventClient;
  /** The client's method, for events. */
  operation: string;
  /** What `name` is the name of. */
  kind: ObjectKind;
  /** What the object is named after, and its method. */
  name: string;
  method: string;
  args: unknown[];
  /** Whether the time of the call is sent to the object, as the last argument, or as the one before. */
  sendsTime: boolean | 'before the last';
  /** Reads the value of the reply; throws {@link otherClass} for a value that the method does not return. */
  read?: (value: unknown, report: Report | undefined) => T;
  /** Returns the result in the object's place when it fails. */
  fallback?: (() => T) | undefined;
}

/** @internal Makes the call; resolves to the value of its reply. */
export function callObject<T>(objects: Objects, made: ObjectCall<T>): Promise<T> {
  const { onEvent, slowMs } = objects;
  const { client, operation, kind, name, method, args, sendsTime, read, fallback } = made;
  const time = sendsTime === 'before the last' ? 2 : sendsTime ? 1 : 0;
  const report = onEvent && new Report(onEvent, client, operation, slowMs);
  let result = call<T>((wasm) => wasm.objectCall(objects, kind, name, method, args, time, report));
  if (fallback) {
    result = result.catch((error) => {
      if (!isFailure(error)) throw error;
      report?.note('fell_back', error.code);
      return fallback();
    });
  }
  if (read) result = result.then((value) => read(value, report));
  return report ? ended(result, report) : warned(result, client, operation, slowMs);
}

/** @internal The error for a binding of another class than the client calls. */
export function otherClass(): CloudflareClientsError {
  return new CloudflareClientsError(
    'misconfigured',
    'The Durable Object returned something else than the class of @codex/cloudflare-clients/durable-objects that this client calls. Check class_name of the binding',
  );
}

async function warned<T>(
  result: Promise<T>,
  client: EventClient,
  operation: string,
  slowMs: number,
): Promise<T> {
  const started = Date.now();
  try {
    return await result;
  } finally {
    const ms = Date.now() - started;
    if (ms > slowMs) warnSlow(client, operation, ms);
  }
}

// Whether the object failed, as opposed to refusing the call.
function isFailure(error: unknown): error is CloudflareClientsError {
  return error instanceof CloudflareClientsError && FAILURES.includes(error.code);
}

const FAILURES: readonly string[] = ['object_unavailable', 'object_overloaded', 'timeout'];
