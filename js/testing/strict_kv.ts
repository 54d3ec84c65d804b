import { type Fault, Faults } from './faults.js';
import { cacheTtlMs, checkBulk, checkBulkSize, checkKey, expirationOf, metadataOf } from './limits.js';
import { page } from './listing.js';
import { Locations, type Value, type Version } from './locations.js';
import type { ListOptions, ListPage, ReadOptions, Stream, WithMetadata, WriteOptions } from './namespace.js';
import { Invocation, type Operation, type Operations } from './operations.js';
import type { StrictKv, StrictKvOptions } from './options.js';
import { bulkValueAs, bytesOf, checkBulkType, valueAs } from './values.js';

/** The state that all handles of a namespace share. */
interface World {
  now: () => number;
  locations: Locations;
  faults: Faults;
  operationsPerInvocation: number;
}

/**
 * A KV namespace in memory that behaves as Cloudflare documents production, where local simulators are
 * lax: one write per second and key, writes that take a minute to reach other locations, cached misses,
 * limits with their real messages, 1,000 operations per invocation.
 *
 * It returns a handle, which represents one invocation in one location; `at` and `invocation` make more of
 * them on the same data. It runs in Node and in workerd.
 *
 * @throws {TypeError} for an invalid option.
 * @example
 * ```ts
 * let now = Date.now();
 * const kv = createStrictKv({ now: () => now });
 * const tokyo = kv.at('tokyo');
 * await kv.put('greeting', 'hello');
 * await kv.get('greeting'); // 'hello'
 * await tokyo.get('greeting'); // null
 * now += 60_000;
 * await tokyo.get('greeting'); // 'hello'
 * ```
 */
export function createStrictKv(options: StrictKvOptions = {}): StrictKv {
  const { now = () => Date.now(), location = 'here', faults = [] } = options;
  const { propagationMs = 60_000, writesPerSecond = 1, operationsPerInvocation = 1_000 } = options;
  if (typeof now !== 'function') throw new TypeError('now must be a function that returns ms');
  need(propagationMs >= 0, 'propagationMs must be a number of ms from 0 on');
  need(writesPerSecond > 0, 'writesPerSecond must be a number above 0');
  need(operationsPerInvocation >= 1, 'operationsPerInvocation must be a number from 1 on');
  const world = {
    now,
    locations: new Locations(propagationMs, 1_000 / writesPerSecond),
    faults: new Faults(),
    operationsPerInvocation,
  };
  for (const fault of faults) world.faults.add(fault);
  return new Handle(world, location);
}

function need(condition: boolean, what: string): void {
  if (!condition) throw new TypeError(what);
}

class Handle implements StrictKv {
  readonly #world: World;
  readonly #location: string;
  readonly #invocation: Invocation;

  constructor(world: World, location: string) {
    need(typeof location === 'string' && location !== '', 'A location is a text that is not empty');
    this.#world = world;
    this.#location = location;
    this.#invocation = new Invocation(world.operationsPerInvocation);
  }

  get operations(): Operations {
    return { ...this.#invocation.counts };
  }

  at(location: string): StrictKv {
    return new Handle(this.#world, location);
  }

  invocation(): StrictKv {
    return new Handle(this.#world, this.#location);
  }

  fail(fault: Fault): () => void {
    return this.#world.faults.add(fault);
  }

  // The overloads are the interface's: what is returned depends on the arguments.
  async get(key: string | readonly string[], options?: unknown): Promise<never> {
    if (isList(key)) return (await this.#readMany(key, options, ({ value }) => value)) as never;
    return (await this.#read(key, options)).value as never;
  }

  async getWithMetadata(key: string | readonly string[], options?: unknown): Promise<never> {
    if (isList(key)) return (await this.#readMany(key, options, (both) => both)) as never;
    return { ...(await this.#read(key, options)), cacheStatus: null } as never;
  }

  async put(
    key: string,
    value: string | ArrayBuffer | ArrayBufferView | Stream,
    options?: WriteOptions | null,
  ): Promise<void> {
    const name = checkKey('PUT', key);
    const delay = this.#begin('put');
    // Everything is copied now: the caller may go on using its buffer.
    const expiration = expirationOf(options ?? {}, this.#world.now());
    const metadata = metadataOf(options ?? {});
    const body = bytesOf(value);
    const [bytes] = delay || body instanceof Promise ? await Promise.all([body, delay]) : [body];
    this.#write('PUT', name, { bytes, metadata, expiration });
  }

  async delete(key: string): Promise<void> {
    // An array becomes one key here, as in the binding: nothing is deleted.
    const name = checkKey('DELETE', key);
    const delay = this.#begin('delete');
    if (delay) await delay;
    this.#write('DELETE', name, {});
  }

  async list<Metadata = unknown>(options?: ListOptions | null): Promise<ListPage<Metadata>> {
    const delay = this.#begin('list');
    if (delay) await delay;
    const { locations, now } = this.#world;
    return page(options ?? {}, (prefix) => locations.entries(this.#location, prefix, now()));
  }

  async #read(given: string, options: unknown): Promise<{ value: unknown; metadata: unknown }> {
    const key = checkKey('GET', given);
    const delay = this.#begin('get', 1);
    if (delay) await delay;
    const { type, cacheTtl } = readOptions(options);
    const found = this.#find(key, cacheTtlMs('GET', cacheTtl));
    if (!found) return { value: null, metadata: null };
    return { value: valueAs(found.bytes, type), metadata: metadataIn(found) };
  }

  async #readMany(
    given: readonly unknown[],
    options: unknown,
    shape: (both: Omit<WithMetadata<unknown, unknown>, 'cacheStatus'>) => unknown,
  ): Promise<Map<string, unknown>> {
    const delay = this.#begin('get', given.length, true);
    if (delay) await delay;
    const { type, cacheTtl } = readOptions(options);
    checkBulkType(type);
    checkBulk(given);
    const found = new Map<string, unknown>();
    let size = 0;
    for (const one of given) {
      const key = checkKey('GET_BULK', one);
      const version = this.#find(key, cacheTtlMs('GET_BULK', cacheTtl));
      const value = version ? bulkValueAs(version.bytes, type) : null;
      size += version?.bytes.length ?? 0;
      // The runtime copies the result into a Map without the keys that look like an array's index.
      if (!isIndex(key)) found.set(key, version ? shape({ value, metadata: metadataIn(version) }) : null);
    }
    checkBulkSize(size);
    return found;
  }

  #find(key: string, ttlMs: number): Value | undefined {
    const { locations, now } = this.#world;
    return locations.read(this.#location, key, ttlMs, now());
  }

  #write(method: 'PUT' | 'DELETE', key: string, version: Version): void {
    const { locations, now } = this.#world;
    try {
      locations.write(method, this.#location, key, version, now());
    } catch (error) {
      this.#invocation.counts.rateLimited += 1;
      throw error;
    }
  }

  // Without a fault there is nothing to wait for: an operation happens when it is called.
  #begin(operation: Operation, keys = 0, bulk = false): Promise<unknown> | undefined {
    this.#invocation.begin(operation, keys);
    return this.#world.faults.apply(operation, bulk);
  }
}

function isList(key: string | readonly string[]): key is readonly string[] {
  return Array.isArray(key);
}

function readOptions(options: unknown): { type: string; cacheTtl: unknown } {
  const { type = 'text', cacheTtl } =
    typeof options === 'object' ? ((options ?? {}) as Partial<ReadOptions<string>>) : { type: options };
  return { type: `${type}`, cacheTtl };
}

function metadataIn({ metadata }: Version): unknown {
  return metadata === undefined ? null : JSON.parse(metadata);
}

function isIndex(key: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(key) && Number(key) < 4_294_967_295;
}
