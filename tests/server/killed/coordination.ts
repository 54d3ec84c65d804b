import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Random } from '../../support/random.js';
import { type Actor, type Step, told } from './actor.js';

/** A counter that goes up and down. */
export class CounterActor implements Actor {
  readonly #name = randomUUID();
  #count = 0;

  next(random: Random): Step {
    if (random(20) === 0) {
      this.#count = 0;
      return this.#step('reset', [], null);
    }
    const by = random(20) - 5 || 1;
    this.#count += by;
    return this.#step('increment', [by, { idempotencyKey: randomUUID() }], this.#count);
  }

  look = () => this.#step('get', [], this.#count);

  #step = (method: string, args: unknown[], answer: unknown): Step => ({
    call: { client: 'counter', method, args: [this.#name, ...args] },
    answer,
  });
}

/** A lock that several holders want. */
export class LockActor implements Actor {
  readonly #name = `lock:${randomUUID()}`;
  #holder: string | undefined;
  #last: string = randomUUID();
  #fence = 0;

  next(random: Random): Step {
    const whose = random(3) > 0 ? (this.#holder ?? this.#last) : randomUUID();
    const its = whose === this.#holder;
    switch (random(3)) {
      case 0:
        if (!its) return this.#step('release', [whose, randomUUID()], false);
        this.#holder = undefined;
        return this.#step('release', [whose, randomUUID()], true);
      case 1:
        return this.#step('extend', [whose, 3_600], its ? [this.#fence, expect.any(Number)] : null);
      default:
        return this.#acquire(randomUUID());
    }
  }

  // Who holds it, as somebody else sees.
  look = () => this.#acquire(randomUUID());

  #acquire(holder: string): Step {
    if (this.#holder) return this.#step('acquire', [holder, 3_600], [expect.any(Number)]);
    this.#holder = this.#last = holder;
    const earlier = this.#fence;
    const larger = told(`more than ${earlier}`, (fence: number) => {
      this.#fence = fence;
      return fence > earlier;
    });
    return this.#step('acquire', [holder, 3_600], [larger, expect.any(Number)]);
  }

  #step = (method: string, args: unknown[], value: unknown): Step => ({
    call: { object: ['COORDINATION_DO', this.#name], method, args },
    answer: { ok: true, value },
  });
}
