import type { Fault } from './faults.js';
import type { Namespace } from './namespace.js';
import type { Operations } from './operations.js';

/** Options of {@link createStrictKv}. All are optional: the defaults are production's rules. */
export interface StrictKvOptions {
  /** The clock, in ms since the epoch. @defaultValue `Date.now`, faked or not */
  now?: (() => number) | undefined;
  /** The location of the returned handle. @defaultValue 'here' */
  location?: string | undefined;
  /**
   * How long a write takes to reach other locations, in ms. With 0 a location that has not read the key
   * sees it at once, and one that has goes on serving the cached result for its `cacheTtl`.
   * @defaultValue 60000
   */
  propagationMs?: number | undefined;
  /** How often a key may be written, in all locations together. `Infinity` disables the limit. @defaultValue 1 */
  writesPerSecond?: number | undefined;
  /** How many operations each handle may make. `Infinity` disables the limit. @defaultValue 1000 */
  operationsPerInvocation?: number | undefined;
  /** Faults from the start; see {@link StrictKv.fail}. @defaultValue none */
  faults?: readonly Fault[] | undefined;
}

/** A KV namespace in memory, as strict as production; see {@link createStrictKv}. */
export interface StrictKv extends Namespace {
  /** Another handle on the same data: a new invocation in that location. */
  at(location: string): StrictKv;
  /** Another handle on the same data: a new invocation in the same location. */
  invocation(): StrictKv;
  /**
   * Makes operations fail, through all handles, until the function it returns is called.
   *
   * @throws {TypeError} for an invalid fault.
   * @example
   * ```ts
   * const restore = kv.fail({ operation: 'put', kind: 'error', status: 503 });
   * await expect(kv.put('key', 'value')).rejects.toThrow('503');
   * restore();
   * ```
   */
  fail(fault: Fault): () => void;
  /** The operations of this handle so far: a copy, so that two can be compared. */
  readonly operations: Operations;
}
