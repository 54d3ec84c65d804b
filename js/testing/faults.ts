import type { Operation } from './operations.js';

/** A failure to inject. An operation that fails or hangs changes nothing. */
export interface Fault {
  /**
   * `error`: rejects at once, as production does. `hang`: never settles. `slow`: continues after `ms`, by
   * the timers of the runtime.
   */
  kind: 'error' | 'hang' | 'slow';
  /** Which operations; `get` is `getWithMetadata` and bulk reads too. @defaultValue all */
  operation?: Operation | readonly Operation[] | undefined;
  /** The probability that an operation is hit, from 0 to 1. @defaultValue 1 */
  probability?: number | undefined;
  /** Decides which operations are hit: the same seed hits the same ones. @defaultValue 1 */
  seed?: number | undefined;
  /** How many operations are hit before the fault ends by itself. @defaultValue `Infinity` */
  times?: number | undefined;
  /** With `error`: the status in the message, such as 429, 500 or 503. @defaultValue 500 */
  status?: number | undefined;
  /** With `slow`, which requires it: the delay in ms. */
  ms?: number | undefined;
}

const REASONS: Record<number, string> = {
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

const METHODS = { get: 'GET', put: 'PUT', delete: 'DELETE', list: 'GET' } as const;

/** @internal */
interface Active {
  fault: Fault;
  random: () => number;
  left: number;
}

/** @internal The faults of a namespace, in the order in which they were added. */
export class Faults {
  readonly #active = new Set<Active>();

  /** Adds a fault; returns the function that ends it. */
  add(fault: Fault): () => void {
    check(fault);
    const active = {
      fault: { ...fault },
      random: mulberry32(fault.seed ?? 1),
      left: fault.times ?? Infinity,
    };
    this.#active.add(active);
    return () => void this.#active.delete(active);
  }

  /** Applies the first fault that hits an operation: throws its error, or returns a promise to wait for. */
  apply(operation: Operation, bulk = false): Promise<unknown> | undefined {
    for (const active of this.#active) {
      if (!concerns(active.fault, operation)) continue;
      // Drawn also when the probability is 1, so that changing it changes nothing else.
      if (active.random() >= (active.fault.probability ?? 1)) continue;
      if (--active.left <= 0) this.#active.delete(active);
      return injected(active.fault, bulk ? 'GET_BULK' : METHODS[operation]);
    }
    return undefined;
  }
}

function injected({ kind, status = 500, ms }: Fault, method: string): Promise<unknown> {
  if (kind === 'hang') return new Promise(() => {});
  if (kind === 'slow') return new Promise((resolve) => setTimeout(resolve, ms));
  throw new Error(`KV ${method} failed: ${status} ${REASONS[status] ?? ''}`.trimEnd());
}

function concerns({ operation }: Fault, asked: Operation): boolean {
  if (operation === undefined) return true;
  return typeof operation === 'string' ? operation === asked : operation.includes(asked);
}

// A misspelt fault would never apply, and the test that needs it would pass.
function check(fault: Fault): void {
  const { kind, operation, probability = 1, times = 1, ms } = fault;
  if (!['error', 'hang', 'slow'].includes(kind)) throw new TypeError(`There is no fault of kind ${kind}`);
  for (const name of [operation ?? []].flat()) {
    if (!(name in METHODS)) throw new TypeError(`There is no operation ${name}`);
  }
  if (!(probability >= 0 && probability <= 1))
    throw new TypeError('probability must be a number from 0 to 1');
  if (!(times >= 1)) throw new TypeError('times must be a number from 1 on');
  if (kind === 'slow' && !((ms as number) >= 0)) throw new TypeError('A slow fault needs ms, from 0 on');
}

/** The well-known 32-bit generator: small, and the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
