// Limits on Durable Objects: one object for each identifier, exact everywhere.
import type { KVLimitsOptions, Limits } from './kv_limits.js';
import { ALGORITHMS, type RateLimitConfig, type RateLimitResult } from './limits.js';
import {
  type ObjectClientOptions,
  type ObjectHandle,
  type Objects,
  objectsOf,
  observedObject,
} from './objects.js';

/** @internal Bits of the wasm's `options`, beside the policy. */
const LOCAL_BLOCK = 4;

const CHANGES = { peek: 0, refund: 1, penalize: 2 } as const;

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
    const { handle, placement, limitMs } = this.#objects;
    const operation = configs.length === 1 ? 'checkLimit' : 'checkLimits';
    return observedObject(this.#objects, 'rate_limit', operation, (wasm, report) =>
      wasm.exactCheck(
        handle,
        placement,
        limitMs,
        this.#number,
        this.#options,
        identifier,
        configs.map(({ keyPrefix }) => keyPrefix),
        configs.flatMap(numbers),
        cost,
        report,
      ),
    );
  }

  peek(identifier: string, config: RateLimitConfig): Promise<RateLimitResult> {
    return this.change('peek', identifier, config, 1);
  }

  change(
    how: keyof typeof CHANGES,
    identifier: string,
    config: RateLimitConfig,
    cost: number,
  ): Promise<RateLimitResult> {
    const { handle, placement, limitMs } = this.#objects;
    return observedObject(this.#objects, 'rate_limit', how, (wasm, report) =>
      wasm.exactChange(
        handle,
        placement,
        limitMs,
        this.#number,
        this.#options,
        identifier,
        [config.keyPrefix],
        numbers(config),
        cost,
        CHANGES[how],
        report,
      ),
    );
  }

  reset(identifier: string, keyPrefix: string): Promise<void> {
    const { handle, placement, limitMs } = this.#objects;
    return observedObject(this.#objects, 'rate_limit', 'reset', (wasm, report) =>
      wasm.exactReset(handle, placement, limitMs, this.#number, identifier, keyPrefix, report),
    );
  }
}

// As the wasm takes a limit beside its prefix.
function numbers({ limit, window, algorithm }: RateLimitConfig): [number, number, number] {
  return [limit, window, algorithm === undefined ? 0 : ALGORITHMS.indexOf(algorithm)];
}
