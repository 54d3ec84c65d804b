import { CloudflareClientsError } from './error.js';
import { type Identity, identityOf } from './identity.js';
import { hasMethod, isKV, kindOf } from './probe.js';

/**
 * A KV namespace, recognised by its methods: the real binding, a proxy of one, or a test double.
 * `getWithMetadata`, bulk reads and `list` are used where the handle has them.
 */
export interface KVHandle {
  get(key: string, type: 'text'): Promise<string | null>;
  put(key: string, value: string, options?: { expirationTtl?: number; metadata?: unknown }): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** @internal What a client knows of its handle. */
export interface Handle {
  readonly kv: KVHandle;
  /** The namespace to which belongs what the isolate remembers. */
  readonly identity: Identity;
  readonly hasMetadata: boolean;
  readonly hasList: boolean;
}

/** @internal `name` is the binding's, where it was told; `alternative` names what else the client takes. */
export function handleOf(kv: KVHandle, client: string, name: string | undefined, alternative = ''): Handle {
  if (!isKV(kv)) {
    throw new CloudflareClientsError(
      'invalid_handle',
      `${client} needs a KV namespace and got ${kindOf(kv, 'get, put and delete')}.
Check the binding's name under "kv_namespaces" in your wrangler configuration, and that it is read
from the environment of this request (in SvelteKit: event.platform.env).${alternative}`.replaceAll('\n', ' '),
    );
  }
  return {
    kv,
    identity: identityOf(kv, 'KV', client, name),
    hasMetadata: hasMethod(kv, 'getWithMetadata'),
    hasList: hasMethod(kv, 'list'),
  };
}
