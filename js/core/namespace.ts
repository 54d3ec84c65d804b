// What a Durable Object namespace is, and the options of the clients that call its objects.
import { CloudflareClientsError } from './error.js';
import type { OnEvent } from './events.js';
import { type ClientOptions, functionOption, milliseconds, oneOf, optionsOf } from './options.js';

/** A Durable Object namespace, recognised by its methods: the real binding, a proxy of one, or a test double. */
export interface ObjectHandle {
  idFromName(name: string): object;
  get(id: never, options?: never): object;
}

/** Where an object is created when it is called for the first time; see Cloudflare's list of location hints. */
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
  /** Where new objects are created. @defaultValue near the first caller */
  locationHint?: LocationHint | undefined;
  /** Where objects may be stored at all, such as `eu`. Objects of another jurisdiction are different objects. */
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
  const { jurisdiction, ...checked } = objectOptionsOf(options);
  if (!isObjectHandle(namespace)) throw invalidHandle(namespace, client);
  return { handle: jurisdiction === undefined ? namespace : within(namespace, jurisdiction), ...checked };
}

/** @internal What the options of a client of objects say. */
export function objectOptionsOf(options: ObjectClientOptions | null | undefined) {
  const { timeoutMs, slowMs, locationHint, jurisdiction, onEvent } = optionsOf(options);
  if (locationHint !== undefined) oneOf(locationHint, 'locationHint', LOCATIONS);
  if (jurisdiction !== undefined) oneOf(jurisdiction, 'jurisdiction', ['eu', 'fedramp']);
  return {
    jurisdiction,
    placement: locationHint === undefined ? undefined : { locationHint },
    limitMs: milliseconds(timeoutMs, 'timeoutMs', 5_000),
    slowMs: milliseconds(slowMs, 'slowMs', 200),
    onEvent: functionOption(onEvent, 'onEvent'),
  };
}

function within(namespace: ObjectHandle, jurisdiction: 'eu' | 'fedramp'): ObjectHandle {
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
