import type { AuthSecondaryStorage } from '@codex/cloudflare-clients/better-auth';
import type { Isolate } from '../copies.js';
import { type Call, isLinearizable } from '../linearizable.js';
import { type Model, outcomeOf, type Running, type Step, wordsOf } from '../model.js';
import type { Random } from '../random.js';
import { Violation, type World } from '../world.js';

/** A value is what was set last, and is taken by one of all who ask for it. */
type Action =
  | { do: 'set'; value: string }
  | { do: 'get' }
  | { do: 'delete' }
  | { do: 'take' }
  | { do: 'increment' };

export const authStorage: Model<Action> = { name: 'auth_storage', plan, start: (world) => new Values(world) };

const TTL_SECONDS = 86_400;

function plan(random: Random): Step<Action>[] {
  const lasts = random.pick([1_000, 30_000, 400_000]);
  // A count is another key in life: one history counts, another sets.
  const counts = random.chance(0.3);
  return Array.from({ length: random.between(4, 12) }, (_, n) => {
    const action: Action = counts
      ? { do: random.pick(['increment', 'increment', 'increment', 'get', 'delete'] as const) }
      : random.pick<Action>([
          { do: 'set', value: `v${n}` },
          { do: 'set', value: `v${n}` },
          { do: 'take' },
          { do: 'take' },
          { do: 'delete' },
          { do: 'get' },
        ]);
    return { at: random.int(lasts), isolate: random.int(3), action };
  });
}

class Values implements Running<Action> {
  readonly emptyAfterMs = 2 * TTL_SECONDS * 1_000;
  readonly #world: World;
  readonly #calls: Call<string>[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  say = (action: Action): string => JSON.stringify(action);

  async perform({ isolate, action }: Step<Action>): Promise<void> {
    const storage = this.#storage(this.#world.isolates[isolate] as Isolate);
    const asked = this.#world.time.now;
    const outcome = await outcomeOf<unknown>(this.#do(storage, action));
    const value = outcome.is === 'done' ? outcome.value : undefined;
    this.#world.say(`  … ${this.say(action)}: ${wordsOf(outcome)} ${value}`);
    if (outcome.is === 'refused') throw new Violation(`refused with ${outcome.code}`);
    const known = outcome.is === 'done';
    const ended = known ? this.#world.time.now : Infinity;
    this.#calls.push({ asked, ended, optional: !known, apply: (state) => applied(state, action, value) });
  }

  async #do(storage: AuthSecondaryStorage, action: Action): Promise<unknown> {
    switch (action.do) {
      case 'set':
        return storage.set('k', action.value, TTL_SECONDS);
      case 'get':
        return storage.get('k');
      case 'delete':
        return storage.delete('k');
      case 'take':
        return storage.getAndDelete('k');
      case 'increment':
        return storage.increment('k', TTL_SECONDS);
    }
  }

  #storage(isolate: Isolate): AuthSecondaryStorage {
    const { secondaryStorage } = isolate.package as unknown as {
      secondaryStorage: (namespace: object) => AuthSecondaryStorage;
    };
    return secondaryStorage(isolate.objects('AuthStorageDurableObject'));
  }

  async check(): Promise<void> {
    const asked = this.#world.time.now;
    const value = await this.#storage(this.#world.isolates[0] as Isolate).get('k');
    this.#world.say(`Paris: get: ${value}`);
    const last: Call<string> = {
      asked,
      ended: asked + 1_000,
      optional: false,
      apply: (state) => applied(state, { do: 'get' }, value),
    };
    if (!isLinearizable('', [...this.#calls, last], (state) => state)) {
      throw new Violation('no order of the calls explains what the storage said');
    }
  }
}

// The state is the value, '' for none.
function applied(state: string, action: Action, said: unknown): string | undefined {
  const agrees = (value: unknown) => said === undefined || said === value;
  const held = state === '' ? null : state;
  switch (action.do) {
    case 'set':
      return action.value;
    case 'get':
      return agrees(held) ? state : undefined;
    case 'delete':
      return '';
    case 'take':
      return agrees(held) ? '' : undefined;
    case 'increment': {
      const count = Number(state) + 1;
      return agrees(count) ? String(count) : undefined;
    }
  }
}
