// What this isolate is doing with the keys of a namespace. Sharing between requests is values, and promises that their
// owner keeps alive.
import type { Identity } from '../core/identity.js';
import type { Group } from './group.js';

/** A read that others may join. */
export interface Read {
  readonly method: string;
  readonly begunAt: number;
  readonly reply: Promise<unknown>;
}

/** A write under way. */
export interface Write {
  /** What a read is answered with meanwhile; undefined for a deletion. */
  readonly entry: Entry | undefined;
  /** Whether reads are answered with it: a loaded value is good before KV has it, what a caller sets is not. */
  answers: boolean;
  readonly begunAt: number;
  /** Settles with the write, and never rejects. */
  readonly done: Promise<unknown>;
}

/** A value and its metadata, as KV returns them. */
export interface Entry {
  readonly value: string;
  readonly metadata: unknown;
}

// What vanished requests leave behind stays until there is too much of it.
const MAX_KEYS = 1_000;

/** How long a write that does not end answers reads, in ms: it may have been cut off with its request. */
const ANSWERS_MS = 30_000;

/** @internal The reads, loads and writes of one namespace in this isolate. */
export class Memory {
  readonly reads = new Map<string, Read>();
  readonly loads = new Map<string, Group>();
  readonly writes = new Map<string, Write>();
  // Moments are counted: when a key was invalidated last, and when a load of it ended last.
  readonly #invalidated = new Map<string, number>();
  readonly #loaded = new Map<string, number>();
  #allInvalidated = 0;
  now = 0;

  /** From now on nobody joins what began before, and no load that began before is stored. */
  invalidate(key: string): void {
    this.reads.delete(key);
    this.loads.delete(key);
    // Of a key that has to leave nobody knows any more: all that began before then counts as invalidated.
    const left = enter(this.#invalidated, key, ++this.now);
    if (left) this.#allInvalidated = left;
  }

  /** The same for all keys: which ones are meant is not known yet. */
  invalidateAll(): void {
    this.reads.clear();
    this.loads.clear();
    for (const write of this.writes.values()) write.answers = false;
    this.#allInvalidated = ++this.now;
  }

  /** Whether what a load that began at `begun` has read may be stored. */
  isValid(key: string, begun: number): boolean {
    return begun >= Math.max(this.#allInvalidated, this.#invalidated.get(key) ?? 0);
  }

  hasLoaded(key: string): void {
    enter(this.#loaded, key, ++this.now);
  }

  wasLoadedSince(key: string, since: number): boolean {
    return (this.#loaded.get(key) ?? 0) > since;
  }

  enterRead(key: string, read: Read): void {
    enter(this.reads, key, read);
  }

  enterLoad(key: string, load: Group): void {
    enter(this.loads, key, load);
  }

  enterWrite(key: string, write: Write): void {
    // Those that were cut off with their request never end, and hold their values.
    for (const [oldest, { begunAt }] of this.writes) {
      if (write.begunAt - begunAt < ANSWERS_MS) break;
      this.writes.delete(oldest);
    }
    enter(this.writes, key, write);
  }

  /** The loaded value of a key that is still being written. */
  beingWritten(key: string): Entry | undefined {
    const write = this.writes.get(key);
    return write?.answers && Date.now() - write.begunAt < ANSWERS_MS ? write.entry : undefined;
  }
}

/** Enters a key as the newest, and returns what had to leave for it. */
function enter<V>(map: Map<string, V>, key: string, value: V): V | undefined {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_KEYS) return undefined;
  for (const [oldest, left] of map) {
    map.delete(oldest);
    return left;
  }
  return undefined;
}

const memories = new WeakMap<Identity, Memory>();

/** @internal The memory of a namespace. */
export function memoryOf(namespace: Identity): Memory {
  let memory = memories.get(namespace);
  if (!memory) {
    memory = new Memory();
    memories.set(namespace, memory);
  }
  return memory;
}
