import type { CounterClient } from '@codex/cloudflare-clients';
import type { Isolate } from '../copies.js';
import { type Call, isLinearizable } from '../linearizable.js';
import { type Model, outcomeOf, type Running, type Step, wordsOf } from '../model.js';
import type { Random } from '../random.js';
import { Violation, type World } from '../world.js';

/** A counter counts each call once, and all see one order of them. */
type Action = { do: 'increment'; by: number; key?: string } | { do: 'get' } | { do: 'reset' };

interface State {
  value: number;
  /** What calls with a key of their caller's have been answered. */
  answers: Readonly<Record<string, number>>;
}

export const counter: Model<Action> = { name: 'counter', plan, start: (world) => new Counters(world) };

function plan(random: Random): Step<Action>[] {
  const lasts = random.pick([2_000, 60_000, 400_000]);
  return Array.from({ length: random.between(4, 14) }, (_, n) => {
    const by = 2 ** n * random.pick([1, 1, -1]);
    const key = random.chance(0.3) ? { key: `order ${random.int(2)}`, by: 1 } : { by };
    const action: Action = random.pick<Action>([
      { do: 'increment', ...key },
      { do: 'increment', ...key },
      { do: 'increment', ...key },
      { do: 'get' },
      random.chance(0.3) ? { do: 'reset' } : { do: 'get' },
    ]);
    return { at: random.int(lasts), isolate: random.int(3), action };
  });
}

class Counters implements Running<Action> {
  // A clock may be two hours ahead, and then what is remembered stays for longer.
  readonly emptyAfterMs = 4 * 3_600_000;
  readonly #world: World;
  readonly #calls: Call<State>[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  say = (action: Action): string => JSON.stringify(action);

  async perform({ isolate, action }: Step<Action>): Promise<void> {
    const counters = this.#client(this.#world.isolates[isolate] as Isolate);
    const asked = this.#world.time.now;
    const outcome = await outcomeOf<number | undefined>(this.#do(counters, action));
    const value = outcome.is === 'done' ? outcome.value : undefined;
    this.#world.say(`  … ${this.say(action)}: ${wordsOf(outcome)} ${value}`);
    if (outcome.is === 'refused') throw new Violation(`a counter refused with ${outcome.code}`);
    const known = outcome.is === 'done';
    const ended = known ? this.#world.time.now : Infinity;
    this.#calls.push({ asked, ended, optional: !known, apply: (state) => applied(state, action, value) });
  }

  async #do(counters: CounterClient, action: Action): Promise<number | undefined> {
    switch (action.do) {
      case 'increment':
        return counters.increment('c', action.by, { idempotencyKey: action.key });
      case 'get':
        return counters.get('c');
      case 'reset':
        await counters.reset('c');
        return undefined;
    }
  }

  #client(isolate: Isolate): CounterClient {
    const { CounterClient: Client } = isolate.package as unknown as { CounterClient: typeof CounterClient };
    return new Client(isolate.objects('CoordinationDurableObject') as never);
  }

  async check(): Promise<void> {
    const counters = this.#client(this.#world.isolates[0] as Isolate);
    const asked = this.#world.time.now;
    const value = await counters.get('c');
    this.#world.say(`Paris: get: ${value}`);
    const last: Call<State> = {
      asked,
      ended: asked + 1_000,
      optional: false,
      apply: (state) => (state.value === value ? state : undefined),
    };
    if (
      !isLinearizable({ value: 0, answers: {} }, [...this.#calls, last], (state) => JSON.stringify(state))
    ) {
      throw new Violation('no order of the calls explains what the counter said');
    }
    // A counter that is not 0 stays; one that is leaves nothing.
    // The first call of a clock that is far ahead is refused.
    await outcomeOf(counters.reset('c'));
    await counters.reset('c');
  }
}

function applied({ value, answers }: State, action: Action, said: number | undefined): State | undefined {
  const agrees = (number: number) => said === undefined || said === number;
  if (action.do === 'reset') return { value: 0, answers };
  if (action.do === 'get') return agrees(value) ? { value, answers } : undefined;
  const before = action.key === undefined ? undefined : answers[action.key];
  if (before !== undefined) return agrees(before) ? { value, answers } : undefined;
  const sum = value + action.by;
  if (!agrees(sum)) return undefined;
  return { value: sum, answers: action.key === undefined ? answers : { ...answers, [action.key]: sum } };
}
