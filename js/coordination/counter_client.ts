import { bindMethods } from '../core/bound.js';
import { fieldsOf, mustBe, optional } from '../core/checks.js';
import { refused } from '../core/events.js';
import {
  type CoordinationObjects,
  OBJECT_OPTIONS,
  type ObjectClientOptions,
  type Objects,
  objectsOf,
} from '../core/namespace.js';
import { optionsOf } from '../core/options.js';
import { notOwnKey, ownKey } from '../core/own_key.js';
import { callObject, otherClass } from '../core/stub_call.js';
import { notKey, notLockName } from './arguments.js';

/** Options of {@link CounterClient.increment}. */
export interface IncrementOptions {
  /**
   * Calls with the same key count once: the later ones return what the first returned. A key is remembered for
   * 10 minutes, or 7 when 1,000 more calls have changed the counter since; with another amount it is
   * `invalid_key`. Without one each call has its own, so that the client can retry it when a reply was lost.
   */
  idempotencyKey?: string | undefined;
}

/**
 * Counters on Durable Objects: exact however many callers count, one object for each name.
 *
 * @example
 * ```ts
 * const counters = new CounterClient(env.COORDINATION_DO);
 * await counters.increment('downloads:v1.2.0');
 * await counters.increment('stock:blue-shirt', -3, { idempotencyKey: 'order-1001' });
 * const downloads = await counters.get('downloads:v1.2.0');
 * ```
 */
export class CounterClient {
  readonly #objects: Objects;

  /**
   * @throws {CloudflareClientsError} `invalid_handle` when `namespace` is no Durable Object namespace,
   * `misconfigured` for an invalid option.
   */
  constructor(namespace: CoordinationObjects, options?: ObjectClientOptions) {
    const given = optionsOf(options, OBJECT_OPTIONS);
    this.#objects = objectsOf(namespace, 'CounterClient', 'CoordinationDurableObject', given);
  }

  /**
   * Adds to a counter, which begins at 0, and returns its new value.
   *
   * @param by - A safe integer, negative to count down.
   * @throws {CloudflareClientsError} `invalid_key` (the name, or the idempotency key), `invalid_value` (`by`),
   * `limit_exceeded` when the sum would not be a safe integer, `object_unavailable`, `object_overloaded`, `timeout`.
   */
  async increment(name: string, by = 1, options?: IncrementOptions): Promise<number> {
    const { bad: unreadable, idempotencyKey: given } = fieldsOf(options, ['idempotencyKey']);
    const bad =
      notLockName(name, WHAT) ??
      unreadable ??
      optional(notKey, given) ??
      notOwnKey(given) ??
      mustBe(Number.isSafeInteger(by), 'a safe integer', by, 'by', 'invalid_value');
    if (bad) return refused(this.#objects.onEvent, 'counter', 'increment', bad);
    return this.#call('increment', 'increment', name, [by, given ?? ownKey()], number);
  }

  /** Returns the value of a counter; 0 for one that was never incremented. */
  async get(name: string): Promise<number> {
    return this.#call('get', 'count', name, [], number);
  }

  /** Sets a counter to 0. Its object is empty once the keys of earlier calls are forgotten. */
  async reset(name: string): Promise<void> {
    return this.#call('reset', 'reset', name, [ownKey()], () => {});
  }

  #call<T>(
    operation: string,
    method: 'increment' | 'count' | 'reset',
    name: string,
    args: unknown[],
    read: (value: unknown) => T,
  ): Promise<T> {
    const bad = notLockName(name, WHAT);
    if (bad) return refused(this.#objects.onEvent, 'counter', operation, bad);
    const sendsTime = method !== 'count';
    return callObject<T>(this.#objects, {
      client: 'counter',
      operation,
      kind: 'counter',
      name,
      method,
      args,
      sendsTime,
      read,
    });
  }
}

bindMethods(CounterClient);

const WHAT = 'The name of the counter';

function number(value: unknown): number {
  if (typeof value === 'number') return value;
  throw otherClass();
}
