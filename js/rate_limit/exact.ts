// Limits on Durable Objects: one object for each identifier, exact everywhere.

import { type ObjectClientOptions, type ObjectHandle, type Objects, objectsOf } from '../core/namespace.js';
import { observedObject } from '../core/stub_call.js';
import type { KVLimitsOptions, Limits } from './kv.js';
import { ALGORITHMS, type RateLimitConfig, type RateLimitResult } from './limit.js';

// Beside the policy, in the wasm's `options`.
const LOCAL_BLOCK = 4;

const OPERATIONS = { check: 0, peek: 1, refund: 2, penalize: 3, reset: 4 } as const;

/** @internal */
export class ObjectLimits implements Limits {
  readonly #objects: Objects;
  readonly #number: number;
  readonly #options: number;

  constructor(
    namespace: ObjectHandle,
    { number, policy, localBlock }: Pick<KVLimitsOptions, 'number' | 'policy'> & { localBlock: boolean },
    options: ObjectClientOptions | undefined,
  ) {
    this.#objects = objectsOf(namespace, 'RateLimiterClient', options);
    this.#number = number;
    this.#options = policy + (localBlock ? LOCAL_BLOCK : 0);
  }

  refusal(): undefined {
    return undefined;
  }

  check(identifier: string, configs: readonly RateLimitConfig[], cost: number): Promise<RateLimitResult> {
    const name = configs.length === 1 ? 'checkLimit' : 'checkLimits';
    return this.#call(name, OPERATIONS.check, identifier, configs, cost);
  }

  peek(identifier: string, config: RateLimitConfig): Promise<RateLimitResult> {
    return this.#call('peek', OPERATIONS.peek, identifier, [config], 1);
  }

  change(
    how: 'refund' | 'penalize',
    identifier: string,
    config: RateLimitConfig,
    cost: number,
  ): Promise<RateLimitResult> {
    return this.#call(how, OPERATIONS[how], identifier, [config], cost);
  }

  reset(identifier: string, keyPrefix: string): Promise<void> {
    // Any limit: what is forgotten is all that is counted under the prefix.
    return this.#call('reset', OPERATIONS.reset, identifier, [{ limit: 1, window: 1, keyPrefix }], 1);
  }

  #call<T>(
    name: string,
    operation: number,
    identifier: string,
    configs: readonly RateLimitConfig[],
    cost: number,
  ): Promise<T> {
    const { handle, placement, limitMs } = this.#objects;
    return observedObject(this.#objects, 'rate_limit', name, (wasm, report) =>
      wasm.exactLimit(
        handle,
        placement,
        limitMs,
        this.#number,
        this.#options,
        operation,
        identifier,
        configs.map(({ keyPrefix }) => keyPrefix),
        configs.flatMap(numbers),
        configs.map(wire),
        cost,
        report,
      ),
    );
  }
}

// As the wasm takes a limit beside its prefix.
function numbers({ limit, window, algorithm }: RateLimitConfig): [number, number, number] {
  return [limit, window, algorithm === undefined ? 0 : ALGORITHMS.indexOf(algorithm)];
}

// As the object takes it: nothing of what else the user's object may have.
function wire({ limit, window, keyPrefix, algorithm }: RateLimitConfig): RateLimitConfig {
  return algorithm === undefined ? { limit, window, keyPrefix } : { limit, window, keyPrefix, algorithm };
}
