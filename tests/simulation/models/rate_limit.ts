import type { RateLimitConfig, RateLimiterClient } from '@codex/cloudflare-clients';
import type { Isolate } from '../copies.js';
import { type Model, type Outcome, outcomeOf, type Running, type Step, wordsOf } from '../model.js';
import type { Random } from '../random.js';
import { Violation, type World } from '../world.js';

/** Never more than the limit is admitted, whatever was given back counting once; and nobody is refused for nothing. */
type Action =
  | { do: 'check'; cost: number }
  | { do: 'check all'; cost: number }
  | { do: 'refund' | 'penalize'; cost: number }
  | { do: 'reset' }
  | { do: 'peek' };

const ALGORITHMS = ['fixed-window', 'sliding-window', 'token-bucket'] as const;
// Longer than a history, so that all of it is in one window.
const WINDOW = 86_400;

export const rateLimit: Model<Action> = { name: 'rate_limit', plan, start: (world) => new Limits(world) };

function plan(random: Random): Step<Action>[] {
  const lasts = random.pick([500, 20_000, 300_000]);
  const forgiving = random.chance(0.5);
  return Array.from({ length: random.between(5, 24) }, () => {
    const cost = random.pick([1, 1, 2]);
    const action: Action = random.pick<Action>([
      { do: 'check', cost },
      { do: 'check', cost },
      { do: 'check', cost },
      { do: 'check all', cost },
      forgiving ? { do: 'refund', cost } : { do: 'check', cost },
      forgiving && random.chance(0.3) ? { do: 'reset' } : { do: 'peek' },
      random.chance(0.3) ? { do: 'penalize', cost } : { do: 'check', cost },
    ]);
    return { at: random.int(lasts), isolate: random.int(3), action };
  });
}

interface Made {
  action: Action;
  asked: number;
  ended: number;
  outcome: Outcome<{ allowed?: boolean } | undefined>;
}

class Limits implements Running<Action> {
  readonly emptyAfterMs = 3 * WINDOW * 1_000;
  readonly #world: World;
  readonly #limit: RateLimitConfig;
  readonly #other: RateLimitConfig;
  readonly #localBlock: boolean;
  readonly #made: Made[] = [];

  constructor(world: World) {
    const random = world.random('limits');
    const algorithm = random.pick(ALGORITHMS);
    this.#world = world;
    this.#localBlock = random.chance(0.5);
    this.#limit = { limit: random.between(2, 6), window: WINDOW, keyPrefix: 'a:', algorithm };
    this.#other = { ...this.#limit, limit: this.#limit.limit + 1, keyPrefix: 'b:' };
  }

  say = (action: Action): string =>
    `${action.do}${'cost' in action ? ` ${action.cost}` : ''} of ${this.#limit.limit}, ${this.#limit.algorithm}`;

  async perform({ isolate, action }: Step<Action>): Promise<void> {
    const made: Made = {
      action,
      asked: this.#world.time.now,
      ended: Infinity,
      outcome: { is: 'unknown', code: '' },
    };
    this.#made.push(made);
    made.outcome = await outcomeOf<{ allowed?: boolean } | undefined>(
      this.#do(this.#client(this.#world.isolates[isolate] as Isolate), action),
    );
    made.ended = this.#world.time.now;
    const { outcome } = made;
    this.#world.say(
      `  … ${this.say(action)}: ${wordsOf(outcome)} ${JSON.stringify(outcome.is === 'done' && outcome.value)}`,
    );
    if (outcome.is === 'refused') throw new Violation(`a call was refused with ${outcome.code}`);
  }

  async #do(limits: RateLimiterClient, action: Action): Promise<{ allowed?: boolean } | undefined> {
    switch (action.do) {
      case 'check':
        return limits.checkLimit('x', this.#limit, { cost: action.cost });
      case 'check all':
        return limits.checkLimits('x', [this.#other, this.#limit], { cost: action.cost });
      case 'refund':
      case 'penalize':
        await limits[action.do]('x', this.#limit, action.cost);
        return undefined;
      case 'reset':
        await limits.reset('x', this.#limit.keyPrefix);
        return undefined;
      case 'peek':
        await limits.peek('x', this.#limit);
        return undefined;
    }
  }

  #client(isolate: Isolate): RateLimiterClient {
    const { RateLimiterClient: Client } = isolate.package as unknown as {
      RateLimiterClient: typeof RateLimiterClient;
    };
    return new Client(isolate.objects('RateLimitDurableObject') as never, { localBlock: this.#localBlock });
  }

  async check(): Promise<void> {
    const costs = (made: Made[]) =>
      made.reduce((sum, { action }) => sum + ('cost' in action ? action.cost : 0), 0);
    const checks = this.#made.filter(({ action }) => action.do === 'check' || action.do === 'check all');
    const admitted = checks.filter(({ outcome }) => outcome.is === 'done' && outcome.value?.allowed);
    const resets = this.#made.filter(({ action }) => action.do === 'reset');
    const refunds = this.#made.filter(({ action }) => action.do === 'refund');
    const { limit } = this.#limit;
    // A bucket refills while the history goes on; a call takes no more than that.
    const most =
      limit * (1 + resets.length) + costs(refunds) + (this.#limit.algorithm === 'token-bucket' ? 1 : 0);
    const ofBoth = costs(admitted.filter(({ action }) => action.do === 'check all'));
    const mostOfBoth = this.#other.limit + (this.#other.algorithm === 'token-bucket' ? 1 : 0);
    if (ofBoth > mostOfBoth)
      throw new Violation(`${ofBoth} of ${mostOfBoth} were admitted under the second limit`);
    if (costs(admitted) > most)
      throw new Violation(`${costs(admitted)} were admitted, and ${most} at most may be`);
    this.#checkRefusals(checks);
  }

  // Each call counts once, refused or not: its copy may be admitted after all.
  #checkRefusals(checks: Made[]): void {
    for (const refused of checks) {
      const { outcome, action } = refused;
      if (outcome.is !== 'done' || outcome.value?.allowed !== false || !('cost' in action)) continue;
      const before = this.#made.filter(
        (made) =>
          made !== refused &&
          made.asked <= refused.ended &&
          ['check', 'check all', 'penalize'].includes(made.action.do),
      );
      const used = before.reduce((sum, made) => sum + ('cost' in made.action ? made.action.cost : 0), 0);
      if (used + action.cost <= this.#limit.limit) {
        throw new Violation(
          `refused although no more than ${used} of ${this.#limit.limit} can have been used`,
        );
      }
    }
  }
}
