// What a Durable Object namespace is, and the options of the clients that call its objects.
import type { Breaker } from './breaker.js';
import type { Fields } from './checks.js';
import { CloudflareClientsError } from './error.js';
import type { OnEvent } from './events.js';
import { type Identity, identityOf } from './identity.js';
import { type ClientOptions, functionOption, milliseconds, nameOption, oneOf } from './options.js';
import { hasMethod, isNamespace, kindOf } from './probe.js';

/**
 * A Durable Object namespace, recognised by its methods: the real binding, a proxy of one, or a test double. `Stub` is
 * what the client's constructor must not get: see {@link CartObjects}.
 */
export interface ObjectHandle<Stub extends object = object> {
  idFromName(name: string): object;
  get(id: never, options?: never): Stub;
}

// A method of each class that no other one has.
interface Methods {
  CartDurableObject: 'beginMerge';
  SessionDurableObject: 'readSession';
  RateLimitDurableObject: 'penalize';
  CoordinationDurableObject: 'acquire';
  AuthStorageDurableObject: 'getAndDelete';
}

/** The classes of `@codex/cloudflare-clients/durable-objects`. */
export type ObjectClass = keyof Methods;

// Of a namespace that TypeScript knows by its class (`DurableObjectNamespace<…>`), only the right class is taken.
type Others<Class extends ObjectClass> = Methods[Exclude<ObjectClass, Class>];
type NamespaceOf<Class extends ObjectClass> = ObjectHandle<
  object & { readonly [Name in Others<Class>]?: never }
>;

/** A namespace of `CartDurableObject`, or one of which TypeScript does not know the class. */
export type CartObjects = NamespaceOf<'CartDurableObject'>;
/** A namespace of `SessionDurableObject`, or one of which TypeScript does not know the class. */
export type SessionObjects = NamespaceOf<'SessionDurableObject'>;
/** A namespace of `RateLimitDurableObject`, or one of which TypeScript does not know the class. */
export type RateLimitObjects = NamespaceOf<'RateLimitDurableObject'>;
/** A namespace of `CoordinationDurableObject`, or one of which TypeScript does not know the class. */
export type CoordinationObjects = NamespaceOf<'CoordinationDurableObject'>;
/** A namespace of `AuthStorageDurableObject`, or one of which TypeScript does not know the class. */
export type AuthObjects = NamespaceOf<'AuthStorageDurableObject'>;

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
  /**
   * Where objects may be stored at all, such as `eu`. Objects of another jurisdiction are different objects. The local
   * workerd has no jurisdictions: there a warning says so once, and the objects are those without one.
   */
  jurisdiction?: 'eu' | 'fedramp' | undefined;
}

/** @internal The names of {@link ObjectClientOptions}. */
export const OBJECT_OPTIONS = [
  'name',
  'timeoutMs',
  'slowMs',
  'locationHint',
  'jurisdiction',
  'onEvent',
] as const satisfies (keyof ObjectClientOptions)[];

/** @internal Its options, read. */
export type ObjectOptions = Fields<ObjectClientOptions, (typeof OBJECT_OPTIONS)[number]>;

/** @internal What a client knows of its namespace. */
export interface Objects {
  readonly handle: ObjectHandle;
  /** The class whose replies the client takes. */
  readonly className: ObjectClass;
  /** Where calls have a fallback: then objects that fail are not asked again and again. */
  breaker: Breaker | undefined;
  readonly placement: object | undefined;
  readonly limitMs: number;
  readonly slowMs: number;
  readonly onEvent: OnEvent | undefined;
}

/** @internal */
export function objectsOf(
  namespace: ObjectHandle,
  client: string,
  className: ObjectClass,
  options: ObjectOptions,
): Objects {
  const { jurisdiction, ...checked } = objectOptionsOf(options);
  notNamespace(namespace, client);
  const handle = jurisdiction === undefined ? namespace : within(namespace, jurisdiction);
  return { handle, className, breaker: undefined, ...checked };
}

/** @internal The namespace to which belongs what the isolate remembers of its objects. */
export function objectsIdentity(
  handle: ObjectHandle,
  client: string,
  { name, jurisdiction }: Pick<ObjectOptions, 'name' | 'jurisdiction'>,
  option?: string,
): Identity {
  return identityOf(handle, 'objects', client, name, jurisdiction, option);
}

/** @internal What the options of a client of objects say. */
export function objectOptionsOf({
  name,
  timeoutMs,
  slowMs,
  locationHint,
  jurisdiction,
  onEvent,
}: ObjectOptions) {
  nameOption(name);
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

let warned = false;

function within(namespace: ObjectHandle, jurisdiction: 'eu' | 'fedramp'): ObjectHandle {
  if (!hasMethod(namespace, 'jurisdiction')) {
    throw new CloudflareClientsError('unsupported', 'jurisdiction needs a namespace with jurisdiction()');
  }
  const found = namespace as ObjectHandle & { jurisdiction: (name: string) => ObjectHandle };
  try {
    return found.jurisdiction(jurisdiction);
  } catch (cause) {
    // Only the local runtime says that: elsewhere data must not leave its jurisdiction.
    if (!/not implemented in workerd/.test(String(cause))) {
      throw new CloudflareClientsError('unsupported', 'The namespace refuses the jurisdiction', { cause });
    }
    if (!warned) console.warn(`workerd has no jurisdictions: locally, "${jurisdiction}" is left out`);
    warned = true;
    return namespace;
  }
}

function notNamespace(found: unknown, client: string): void {
  if (isNamespace(found)) return;
  throw new CloudflareClientsError(
    'invalid_handle',
    `${client} needs a Durable Object namespace and got ${kindOf(found, 'idFromName and get')}.
Check the binding's name under "durable_objects" in your wrangler configuration (with "script_name" when
the class lives in another Worker), and that it is read from the environment of this request (in SvelteKit:
event.platform.env).`.replaceAll('\n', ' '),
  );
}
