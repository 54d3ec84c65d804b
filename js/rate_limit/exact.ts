// Limits on Durable Objects: one object for each identifier, exact everywhere.

import {
  type ObjectHandle,
  type ObjectOptions,
  type Objects,
  objectsIdentity,
  objectsOf,
} from '../core/namespace.js';
import { observedObject } from '../core/stub_call.js';
import type { ExactLimiter, ExactMethod } from '../wasm/clients.js';
import { objectName } from './identifier.js';
import type { Limits } from './kv.js';
import type { RateLimitConfig, RateLimitResult } from './limit.js';

/** @internal */
export class ExactLimits implements Limits {
  readonly #limiter: ExactLimiter & { namespace: Objects };

  constructor(
    namespace: ObjectHandle,
    limiter: Omit<ExactLimiter, 'namespace' | 'namespaceId'>,
    options: ObjectOptions,
  ) {
    const client = 'RateLimiterClient';
    const objects = objectsOf(namespace, client, 'RateLimitDurableObject', options);
    const { id: namespaceId, breaker } = objectsIdentity(namespace, client, options);
    if (limiter.onUnavailable !== 'throw') objects.breaker = breaker;
    this.#limiter = { ...limiter, namespace: objects, namespaceId };
  }

  refusal(): undefined {
    return undefined;
  }

  check(identifier: string, limits: readonly RateLimitConfig[], cost: number): Promise<RateLimitResult> {
    return this.#call('check', identifier, limits, cost, limits.length === 1 ? 'checkLimit' : 'checkLimits');
  }

  peek(identifier: string, limit: RateLimitConfig): Promise<RateLimitResult> {
    return this.#call('peek', identifier, [limit], 1);
  }

  change(
    how: 'refund' | 'penalize',
    identifier: string,
    limit: RateLimitConfig,
    cost: number,
  ): Promise<RateLimitResult> {
    return this.#call(how, identifier, [limit], cost);
  }

  reset(identifier: string, keyPrefix: string): Promise<void> {
    // Any limit will do: everything that is counted under the prefix is reset.
    return this.#call('reset', identifier, [{ limit: 1, window: 1, keyPrefix }], 1);
  }

  #call<T>(
    method: ExactMethod,
    identifier: string,
    limits: readonly RateLimitConfig[],
    cost: number,
    operation: string = method,
  ): Promise<T> {
    const limiter = this.#limiter;
    return observedObject(limiter.namespace, 'rate_limit', operation, (wasm, report) =>
      wasm.exactLimit(limiter, method, objectName(wasm, identifier), limits, cost, report),
    );
  }
}
