import { CloudflareClientsError } from './error.js';

/**
 * A KV namespace, recognised by its methods: the real binding, a proxy of one, or a test double.
 * `getWithMetadata`, bulk reads and `list` are used where the handle has them.
 */
export interface KVHandle {
  get(key: string, type: 'text'): Promise<string | null>;
  put(key: string, value: string, options?: { expirationTtl?: number; metadata?: unknown }): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** What a KV handle may have besides {@link KVHandle}. */
interface MoreOfKV {
  getWithMetadata?: unknown;
  list?: unknown;
  idFromName?: unknown;
}

/** @internal What a client knows of its handle. */
export interface Handle {
  readonly kv: KVHandle;
  readonly hasMetadata: boolean;
  readonly hasList: boolean;
}

/** @internal `alternative` names what else the client takes. */
export function handleOf(kv: KVHandle, client: string, alternative = ''): Handle {
  const found = kv as (KVHandle & MoreOfKV) | null | undefined;
  if (
    typeof found?.get !== 'function' ||
    typeof found.put !== 'function' ||
    typeof found.delete !== 'function'
  ) {
    throw new CloudflareClientsError(
      'invalid_handle',
      `${client} needs a KV namespace and got ${kind(found)}.
Check the binding's name under "kv_namespaces" in your wrangler configuration, and that it is read
from the environment of this request (in SvelteKit: event.platform.env).${alternative}`.replaceAll('\n', ' '),
    );
  }
  return {
    kv: found,
    hasMetadata: typeof found.getWithMetadata === 'function',
    hasList: typeof found.list === 'function',
  };
}

function kind(value: (Partial<KVHandle> & MoreOfKV) | null | undefined): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (typeof value.idFromName === 'function') return 'a Durable Object namespace';
  return 'an object without get, put and delete';
}
