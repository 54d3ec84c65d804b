import { randomUUID } from 'node:crypto';
import type { Random } from '../../support/random.js';
import { type Actor, pick, type Step, told } from './actor.js';
import type { Call } from './worker.js';

/** One key of the auth storage: a value or a counter, which is taken and made anew. */
export class AuthActor implements Actor {
  readonly #key = randomUUID();
  #value: string | null = null;

  next(random: Random): Step {
    const once = randomUUID();
    switch (random(6)) {
      case 0: {
        this.#value = String(random(1_000));
        return this.#step('set', [once, this.#value, 3_600], null);
      }
      case 1: {
        const taken = this.#value;
        this.#value = null;
        return this.#step('getAndDelete', [once], taken);
      }
      case 2:
        this.#value = null;
        return this.#step('delete', [once], null);
      case 3: {
        const max = pick(random, [5, 2_000]);
        const admitted = Number(this.#value ?? 0) < max;
        if (admitted) this.#value = String(Number(this.#value ?? 0) + 1);
        // How long the others have to wait depends on the clock.
        return this.#step('consume', [once, 3_600, max], admitted ? 0 : WAIT);
      }
      default:
        this.#value = String(Number(this.#value ?? 0) + 1);
        return this.#step('increment', [once, 3_600], Number(this.#value));
    }
  }

  look = () => this.#step('get', [], this.#value);

  #step(method: string, args: unknown[], value: unknown): Step {
    const call: Call = { object: ['AUTH_DO', this.#key], method, args };
    return { call, answer: { ok: true, value } };
  }
}

/** Any number of seconds within an hour. */
const WAIT = told('seconds', (s: number) => Number.isInteger(s) && s > 0 && s <= 3_600);
