import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Random } from '../../support/random.js';
import { type Actor, pick, type Step, told } from './actor.js';

/** A customer's sessions. */
export class SessionActor implements Actor {
  readonly #customerId = randomUUID();
  readonly #ids = Array.from({ length: 4 }, () => randomUUID());
  readonly #records = new Map<string, object>();

  next(random: Random): Step {
    const sessionId = pick(random, this.#ids);
    switch (random(12)) {
      case 0:
        return this.look();
      case 1:
        this.#records.clear();
        // Made again, it finds nothing more to revoke.
        return this.#step('revokeAll', this.#customerId, expect.any(Number));
      case 2:
      case 3:
        this.#records.delete(sessionId);
        return this.#step('delete', sessionId, null);
      case 4:
      case 5:
      case 6:
        return this.#step('get', sessionId, this.#records.get(sessionId) ?? null);
      default: {
        const createdAt = new Date(1_800_000_000_000 + random(1_000_000)).toISOString();
        const record = { sessionId, customerId: this.#customerId, userAgent: 'test', createdAt };
        this.#records.set(sessionId, record);
        return this.#step('set', record, null);
      }
    }
  }

  look(): Step {
    const records = [...this.#records.values()];
    const ordered = (list: { sessionId?: string }[]) =>
      list.toSorted((a, b) => (`${a.sessionId}` < `${b.sessionId}` ? -1 : 1));
    const expected = JSON.stringify(ordered(records));
    const same = (list: object[]) => JSON.stringify(ordered(list)) === expected;
    return this.#step('list', this.#customerId, told(`${expected} in any order`, same));
  }

  #step = (method: string, arg: unknown, answer: unknown): Step => ({
    call: { client: 'session', method, args: [arg] },
    answer,
  });
}
