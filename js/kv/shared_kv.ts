import type { Handle } from '../core/kv_handle.js';
import { hasKeepAlive, keepAlive, type WaitUntil } from '../core/options.js';
import type { Kv } from '../wasm/imports/kv.js';
import { byteLength } from '../wasm/imports/text.js';
import { limited } from '../wasm/time_limit.js';
import { type Entry, type Memory, memoryOf, type Write } from './memory.js';

/** How long a read waits for another call's, and how old that may be, in ms: one that hangs holds up nobody else. */
const JOIN_READ_MS = 1_000;

/** How long a write waits for an earlier one of its key, in ms. */
const EARLIER_WRITE_MS = 5_000;

type ReadMethod = 'get' | 'getWithMetadata';

/**
 * @internal A KV handle as the clients of values and sessions use it, with what its isolate knows: reads of one key at
 * the same time are one, writes of one key follow each other, and each ends what was begun before.
 */
export class SharedKv {
  readonly memory: Memory;
  /** Whether the write that begins is a loaded value's, which invalidates nothing. */
  storing = false;
  readonly #kv: Kv;
  readonly #waitUntil: WaitUntil | undefined;

  constructor({ kv, identity }: Handle, waitUntil?: WaitUntil | undefined) {
    this.#kv = kv as unknown as Kv;
    this.#waitUntil = waitUntil;
    this.memory = memoryOf(identity);
  }

  get(key: string | string[]): unknown {
    return typeof key === 'string' ? this.#read('get', key) : this.#readMany('get', key);
  }

  getWithMetadata(key: string | string[]): unknown {
    return typeof key === 'string'
      ? this.#read('getWithMetadata', key)
      : this.#readMany('getWithMetadata', key);
  }

  put(key: string, value: string, options: { metadata?: unknown }): unknown {
    const entry = { value, metadata: options.metadata ?? null };
    return this.#write(key, entry, () => this.#kv.put(key, value, options));
  }

  delete(key: string): Promise<unknown> {
    if (isTooLong(key)) return Promise.resolve();
    return this.#write(key, undefined, () => this.#kv.delete(key));
  }

  /** Lists what is to be deleted, so what is being written must be there. */
  async list(options: { prefix: string }): Promise<unknown> {
    const { writes } = this.memory;
    const open = [...writes].filter(([key]) => key.startsWith(options.prefix));
    await Promise.allSettled(open.map(([, { done }]) => limited(done, EARLIER_WRITE_MS)));
    return this.#kv.list(options);
  }

  #read(method: ReadMethod, key: string): unknown {
    const { memory } = this;
    if (isTooLong(key)) return null;
    const written = memory.beingWritten(key);
    if (written) return method === 'get' ? written.value : written;
    // Without `waitUntil` a read ends with its request.
    if (!hasKeepAlive(this.#waitUntil)) return this.#kv[method](key, 'text');
    const begunAt = Date.now();
    const other = memory.reads.get(key);
    if (other?.method === method && begunAt - other.begunAt < JOIN_READ_MS) {
      // The failure of another call's read is not passed on: its request may have ended.
      return limited(other.reply, JOIN_READ_MS).catch(() => this.#kv[method](key, 'text'));
    }
    const reply = Promise.resolve(this.#kv[method](key, 'text'));
    const read = { method, begunAt, reply };
    memory.enterRead(key, read);
    const end = () => {
      if (memory.reads.get(key) === read) memory.reads.delete(key);
    };
    keepAlive(this.#waitUntil, reply.then(end, end));
    return reply;
  }

  // The client reads for itself what is not in the reply.
  #readMany(method: ReadMethod, keys: string[]): unknown {
    const asked = keys.filter((key) => !isTooLong(key) && !this.memory.beingWritten(key));
    return asked.length > 0 ? this.#kv[method](asked, 'text') : new Map();
  }

  #write(key: string, entry: Entry | undefined, start: () => unknown): Promise<unknown> {
    const { memory } = this;
    if (!this.storing) memory.invalidate(key);
    const earlier = memory.writes.get(key);
    const result = earlier
      ? limited(earlier.done, EARLIER_WRITE_MS).then(start, start)
      : Promise.resolve(start());
    const end = () => {
      // What was read meanwhile may be what stood there before.
      memory.reads.delete(key);
      if (memory.writes.get(key) === write) memory.writes.delete(key);
    };
    const write: Write = { entry, answers: false, begunAt: Date.now(), done: result.then(end, end) };
    memory.enterWrite(key, write);
    return result;
  }
}

/** @internal Mostly without counting: a UTF-16 unit is one to three bytes. Nothing stands under such a key. */
export function isTooLong(key: string): boolean {
  return key.length > 170 && (key.length > 512 || byteLength(key) > 512);
}
