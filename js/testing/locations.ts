// What each location sees. Writes are made in one location and propagate; reads are cached where they were made.
import { refused } from './limits.js';

/** The result of one write of a key. */
export interface Version {
  /** Undefined: the write was a delete. */
  readonly bytes?: Uint8Array | undefined;
  /** JSON. */
  readonly metadata?: string | undefined;
  /** In seconds since the epoch. */
  readonly expiration?: number | undefined;
}

/** A write that left a value. */
export type Value = Version & { readonly bytes: Uint8Array };

interface Written extends Version {
  readonly location: string;
  readonly at: number;
}

/** A cached read of a location, or a cached miss. */
interface Copy {
  version: Version | undefined;
  readAt: number;
  ttlMs: number;
  /** When a write arrives that was on its way at the time of the read. */
  until: number;
}

/** One step of a listing: a key, or the remains of a deleted or expired one. */
export interface Entry {
  name: string;
  version: Value | undefined;
}

export class Locations {
  // Oldest first. Versions that no location can see any more are dropped when the key is used.
  readonly #keys = new Map<string, Written[]>();
  readonly #copies = new Map<string, Map<string, Copy>>();
  readonly #propagationMs: number;
  readonly #gapMs: number;

  constructor(propagationMs: number, gapMs: number) {
    this.#propagationMs = propagationMs;
    this.#gapMs = gapMs;
  }

  /** @throws 429 when the key was written within the gap, wherever that was. */
  write(method: 'PUT' | 'DELETE', location: string, key: string, version: Version, now: number): void {
    const versions = this.#versions(key, now);
    const sinceLast = now - (versions.at(-1)?.at ?? -Infinity);
    // After a clock was set back, the rate is unknown.
    if (sinceLast >= 0 && sinceLast < this.#gapMs) throw refused(method, 429, 'Too Many Requests');
    versions.push({ ...version, location, at: now });
    this.#keys.set(key, versions);
    // The location that writes sees what it wrote.
    this.#copies.get(location)?.delete(key);
  }

  /** Reads a key; the result is cached in the location for `ttlMs`. */
  read(location: string, key: string, ttlMs: number, now: number): Value | undefined {
    const copies = this.#copiesAt(location);
    const copy = copies.get(key);
    if (copy) {
      // A reader with a shorter TTL shortens it for later ones.
      copy.ttlMs = Math.min(copy.ttlMs, ttlMs);
      const age = now - copy.readAt;
      if (age >= 0 && age < copy.ttlMs && now < copy.until) return alive(copy.version, now);
    }
    const versions = this.#versions(key, now);
    const seen = this.#seen(location, versions, now);
    const pending = versions.slice(seen + 1);
    const until = Math.min(...pending.map(({ at }) => at + this.#propagationMs));
    copies.set(key, { version: versions[seen], readAt: now, ttlMs, until });
    return alive(versions[seen], now);
  }

  /**
   * The entries of a listing, in no order. Keys that were recently deleted or have recently expired are
   * included, without a version.
   */
  *entries(location: string, prefix: string, now: number): Generator<Entry> {
    for (const name of [...this.#keys.keys()]) {
      if (!name.startsWith(prefix)) continue;
      const versions = this.#versions(name, now);
      const version = versions[this.#seen(location, versions, now)];
      if (!version) continue;
      const entry = { name, version: alive(version, now) };
      if (entry.version || now - endOf(version) < this.#propagationMs) yield entry;
    }
  }

  // The newest visible version: the location's own at once, another location's after the propagation.
  #seen(location: string, versions: readonly Written[], now: number): number {
    return versions.findLastIndex(
      (version) => version.location === location || now - version.at >= this.#propagationMs,
    );
  }

  #versions(key: string, now: number): Written[] {
    const versions = this.#keys.get(key);
    if (!versions) return [];
    const everywhere = versions.findLastIndex(({ at }) => now - at >= this.#propagationMs);
    if (everywhere > 0) versions.splice(0, everywhere);
    const [only] = versions;
    const forgotten = Math.max(this.#propagationMs, this.#gapMs);
    if (versions.length === 1 && only && !alive(only, now) && now - endOf(only) >= forgotten) {
      this.#keys.delete(key);
      return [];
    }
    return versions;
  }

  #copiesAt(location: string): Map<string, Copy> {
    const copies = this.#copies.get(location) ?? new Map<string, Copy>();
    this.#copies.set(location, copies);
    return copies;
  }
}

function alive(version: Version | undefined, now: number): Value | undefined {
  if (!version || !hasValue(version)) return undefined;
  return version.expiration !== undefined && version.expiration * 1_000 <= now ? undefined : version;
}

function hasValue(version: Version): version is Value {
  return version.bytes !== undefined;
}

// When a deleted or expired version ended.
function endOf(version: Written): number {
  return version.bytes && version.expiration !== undefined ? version.expiration * 1_000 : version.at;
}
