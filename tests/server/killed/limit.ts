import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Random } from '../../support/random.js';
import type { Actor, Step } from './actor.js';

/** An exact limit: calls of several costs, until no more are admitted. */
export class LimitActor implements Actor {
  readonly #name = randomUUID();
  readonly #config = { limit: 200, window: 86_400, keyPrefix: 'rl:' };
  #left = 200;

  next(random: Random): Step {
    const cost = 1 + random(3);
    const admitted = cost <= this.#left;
    if (admitted) this.#left -= cost;
    return this.#step(
      'check',
      [[this.#config], cost, 1 + random(2 ** 30) * 2 ** 20 + random(2 ** 20)],
      admitted,
    );
  }

  look = () => this.#step('peek', [this.#config], this.#left > 0);

  #step(method: string, args: unknown[], admitted: boolean): Step {
    const rest = [expect.any(Number), expect.any(Number), 0];
    const value = [Number(admitted), this.#left, ...rest];
    return { call: { object: ['RATE_LIMIT_DO', this.#name], method, args }, answer: { ok: true, value } };
  }
}
