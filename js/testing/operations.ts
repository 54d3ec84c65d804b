/** The operations of a handle, successful or not. */
export interface Operations {
  /** Calls of `get` and `getWithMetadata`. */
  reads: number;
  /** The keys that they read, which are billed: a bulk read is one operation and is billed per key. */
  keysRead: number;
  writes: number;
  deletes: number;
  lists: number;
  /** Writes and deletes that were refused with 429. */
  rateLimited: number;
}

/** An operation that a fault can hit. */
export type Operation = 'get' | 'put' | 'delete' | 'list';

const COUNTER = { get: 'reads', put: 'writes', delete: 'deletes', list: 'lists' } as const;

/** @internal The operations of one invocation: counted, and limited. */
export class Invocation {
  readonly counts: Operations = { reads: 0, keysRead: 0, writes: 0, deletes: 0, lists: 0, rateLimited: 0 };
  readonly #limit: number;
  #made = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  begin(operation: Operation, keys = 0): void {
    if (this.#made >= this.#limit) {
      throw new Error(
        'Too many API requests by single Worker invocation. To configure this limit, refer to https://developers.cloudflare.com/workers/wrangler/configuration/#limits',
      );
    }
    this.#made += 1;
    this.counts[COUNTER[operation]] += 1;
    this.counts.keysRead += keys;
  }
}
