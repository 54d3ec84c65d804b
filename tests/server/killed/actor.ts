// Who makes calls: each has an object of its own and knows what every call must answer.
import type { Random } from '../../support/random.js';
import type { Call } from './worker.js';

/** A call and its answer. A call carries its idempotency key, so it can be made again as it is. */
export interface Step {
  call: Call;
  answer: unknown;
}

export interface Actor {
  /** The next call; the model takes it for done. */
  next(random: Random): Step;
  /** A call that shows all there is. */
  look(): Step;
}

export const pick = <T>(random: Random, from: readonly T[]) => from[random(from.length)] as T;

/** What stands in an answer for what only the running object knows. */
export const told = <T>(what: string, matches: (value: T) => boolean) => ({
  asymmetricMatch: matches,
  toString: () => what,
});
