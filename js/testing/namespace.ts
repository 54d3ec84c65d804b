// The surface of a KV namespace, written out: a user's project may have no Workers types at all.

/**
 * The `ReadableStream` of the project's platform: Workers, the web or Node. It is found through `fetch`,
 * since the Workers types declare `ReadableStream` as a constant, which `globalThis` does not show.
 */
export type Stream = typeof globalThis extends { fetch: (...args: never[]) => Promise<{ body: infer Body }> }
  ? NonNullable<Body>
  : { getReader(): object };

/** Options of a read. */
export interface ReadOptions<Type> {
  type: Type;
  /** How long this location may go on serving the result, in seconds, from 30 on. @defaultValue 60 */
  cacheTtl?: number | undefined;
}

type As<Type> = Type | ReadOptions<Type>;
type AsText = 'text' | Partial<ReadOptions<'text' | undefined>>;

/** The result of `getWithMetadata`. */
export interface WithMetadata<Value, Metadata> {
  value: Value | null;
  metadata: Metadata | null;
  cacheStatus: string | null;
}

type Many<Value, Metadata> = Promise<Map<string, WithMetadata<Value, Metadata>>>;

/** Options of `put`. */
export interface WriteOptions {
  /** Seconds since the epoch, at least 60 from now. */
  expiration?: number | undefined;
  /** Seconds, at least 60. */
  expirationTtl?: number | undefined;
  /** At most 1024 bytes as JSON. */
  metadata?: unknown;
}

/** Options of `list`. */
export interface ListOptions {
  prefix?: string | null | undefined;
  /** At most 1,000. @defaultValue 1000 */
  limit?: number | undefined;
  cursor?: string | null | undefined;
}

/** A key of a listing. */
export interface ListedKey<Metadata> {
  name: string;
  /** Seconds since the epoch. */
  expiration?: number;
  metadata?: Metadata;
}

/** A page of a listing. It need not be the last one, even with fewer keys than the limit, or none. */
export type ListPage<Metadata> =
  | { list_complete: false; keys: ListedKey<Metadata>[]; cursor: string; cacheStatus: string | null }
  | { list_complete: true; keys: ListedKey<Metadata>[]; cacheStatus: string | null };

/** The methods of a `KVNamespace`. */
export interface Namespace {
  get(key: string, options?: AsText): Promise<string | null>;
  get<Value = unknown>(key: string, options?: As<'json'>): Promise<Value | null>;
  get(key: string, options?: As<'arrayBuffer'>): Promise<ArrayBuffer | null>;
  get(key: string, options?: As<'stream'>): Promise<Stream | null>;
  get(keys: readonly string[], options?: AsText): Promise<Map<string, string | null>>;
  get<Value = unknown>(keys: readonly string[], options?: As<'json'>): Promise<Map<string, Value | null>>;

  getWithMetadata<Metadata = unknown>(key: string, options?: AsText): Promise<WithMetadata<string, Metadata>>;
  getWithMetadata<Value = unknown, Metadata = unknown>(
    key: string,
    options?: As<'json'>,
  ): Promise<WithMetadata<Value, Metadata>>;
  getWithMetadata<Metadata = unknown>(
    key: string,
    options?: As<'arrayBuffer'>,
  ): Promise<WithMetadata<ArrayBuffer, Metadata>>;
  getWithMetadata<Metadata = unknown>(
    key: string,
    options?: As<'stream'>,
  ): Promise<WithMetadata<Stream, Metadata>>;
  getWithMetadata<Metadata = unknown>(keys: readonly string[], options?: AsText): Many<string, Metadata>;
  getWithMetadata<Value = unknown, Metadata = unknown>(
    keys: readonly string[],
    options?: As<'json'>,
  ): Many<Value, Metadata>;

  put(
    key: string,
    value: string | ArrayBuffer | ArrayBufferView | Stream,
    options?: WriteOptions,
  ): Promise<void>;
  delete(key: string): Promise<void>;
  list<Metadata = unknown>(options?: ListOptions): Promise<ListPage<Metadata>>;
}
