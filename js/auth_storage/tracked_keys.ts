// The client's side of the index of keys (key_index.ts).

import type { Objects } from '../core/namespace.js';
import { keepAlive } from '../core/options.js';
import { RESERVED } from '../core/own_key.js';
import { callObject, otherClass } from '../core/stub_call.js';

// So many objects share the keys, since all sets of new keys pass through them.
const SHARES = 16;
const PAGE = 500;

/** @internal The keys behind one namespace and prefix. */
export class TrackedKeys {
  readonly #objects: Objects;
  readonly #keyPrefix: string;

  constructor(objects: Objects, keyPrefix: string) {
    this.#objects = objects;
    this.#keyPrefix = keyPrefix;
  }

  /** Before the value is set: then none is missing from the list. */
  track(key: string, ttlSeconds: number | null | undefined): Promise<void> {
    const until = ttlSeconds === null || ttlSeconds === undefined ? null : Date.now() + ttlSeconds * 1_000;
    return this.#call('trackKey', shareOf(key), [key, until], nothing);
  }

  /** Behind the call that has deleted the value: it is listed no more either way. */
  untrack(key: string): void {
    const untracked = this.#call('untrackKey', shareOf(key), [key], nothing);
    keepAlive(
      undefined,
      untracked.catch(() => {}),
    );
  }

  /** Pages of keys, of which some may have no value. */
  async *pages(): AsyncGenerator<string[]> {
    for (let share = 0; share < SHARES; share++) {
      let page: string[];
      let after = '';
      do {
        page = await this.#call('listKeys', share, [after, PAGE], keys);
        if (page.length) yield page;
        after = page.at(-1) ?? '';
      } while (page.length === PAGE);
    }
  }

  #call<T>(
    method: 'trackKey' | 'untrackKey' | 'listKeys',
    share: number,
    args: unknown[],
    read: (value: unknown) => T,
  ): Promise<T> {
    return callObject<T>(this.#objects, {
      client: 'auth_storage',
      operation: method,
      kind: 'index',
      name: `${RESERVED}keys:${share}:${this.#keyPrefix}`,
      method,
      args,
      sendsTime: method !== 'listKeys',
      read,
    });
  }
}

const nothing = () => {};

function keys(value: unknown): string[] {
  if (Array.isArray(value) && value.every((key) => typeof key === 'string')) return value;
  throw otherClass();
}

function shareOf(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return (hash >>> 0) % SHARES;
}
