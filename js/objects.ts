import { CloudflareClientsError } from './error.js';
import { type EventClient, ended, type OnEvent, Report } from './events.js';
import type { ObjectTime } from './object_time.js';
import { type ClientOptions, functionOption, milliseconds, oneOf } from './options.js';
import { call, type Exports } from './runtime.js';

/** A Durable Object namespace, by its methods: the real binding, a proxy of one, or a test double. */
export interface ObjectHandle {
  idFromName(name: string): object;
  get(id: never, options?: never): object;
}

/** Where an object is made when it is called for the first time; see Cloudflare's list of location hints. */
export type LocationHint = (typeof LOCATIONS)[number];

const LOCATIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const;

/** Options that all clients of Durable Objects take. */
export interface ObjectClientOptions extends ClientOptions {
  /** The longest a call may take with its retries, in ms; then it rejects with `timeout`. @defaultValue 5000 */
  timeoutMs?: number | undefined;
  /**
   * A call that takes longer is a `slow` event; without a listener it is a line of `console.warn`.
   * @defaultValue 200
   */
  slowMs?: number | undefined;
  /** Where new objects are made. @defaultValue near the first caller */
  locationHint?: LocationHint | undefined;
  /** Where objects may be kept at all, such as `eu`. Objects of another jurisdiction are others. */
  jurisdiction?: 'eu' | 'fedramp' | undefined;
}

/** @internal What a client knows of its namespace. */
export interface Objects {
  readonly handle: ObjectHandle;
  readonly placement: object | undefined;
  readonly limitMs: number;
  readonly slowMs: number;
  readonly onEvent: OnEvent | undefined;
}

/** @internal Whether a handle is a Durable Object namespace. */
export function isObjectHandle(handle: unknown): handle is ObjectHandle {
  const found = handle as Partial<ObjectHandle> | null | undefined;
  return typeof found?.idFromName === 'function' && typeof found.get === 'function';
}

/** @internal */
export function objectsOf(
  namespace: ObjectHandle,
  client: string,
  options: ObjectClientOptions | null | undefined,
): Objects {
  const { timeoutMs, slowMs, locationHint, jurisdiction, onEvent } = options ?? {};
  if (!isObjectHandle(namespace)) throw invalidHandle(namespace, client);
  if (locationHint !== undefined) oneOf(locationHint, 'locationHint', LOCATIONS);
  return {
    handle: jurisdiction === undefined ? namespace : within(namespace, jurisdiction),
    placement: locationHint === undefined ? undefined : { locationHint },
    limitMs: milliseconds(timeoutMs, 'timeoutMs', 5_000),
    slowMs: milliseconds(slowMs, 'slowMs', 200),
    onEvent: functionOption(onEvent, 'onEvent'),
  };
}

function within(namespace: ObjectHandle, jurisdiction: 'eu' | 'fedramp'): ObjectHandle {
  oneOf(jurisdiction, 'jurisdiction', ['eu', 'fedramp']);
  const found = namespace as ObjectHandle & { jurisdiction?: (name: string) => ObjectHandle };
  if (typeof found.jurisdiction === 'function') return found.jurisdiction(jurisdiction);
  throw new CloudflareClientsError('unsupported', 'jurisdiction needs a namespace with jurisdiction()');
}

function invalidHandle(found: unknown, client: string): CloudflareClientsError {
  const kind = found === null ? 'null' : typeof found;
  const got =
    kind !== 'object'
      ? kind
      : 'getWithMetadata' in (found as object)
        ? 'a KV namespace'
        : 'an object without idFromName and get';
  return new CloudflareClientsError(
    'invalid_handle',
    `${client} needs a Durable Object namespace and got ${got}.
Check the binding's name under "durable_objects" in your wrangler configuration (with "script_name" when
the class lives in another Worker), and that it is read from the environment of this request (in SvelteKit:
event.platform.env).`.replaceAll('\n', ' '),
  );
}

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
