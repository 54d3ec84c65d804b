import type { CacheClient } from '@codex/cloudflare-clients';
import type { Isolate } from '../copies.js';
import { type Model, outcomeOf, type Running, type Step, wordsOf } from '../model.js';
import type { Random } from '../random.js';
import { Violation, type World } from '../world.js';

/**
 * A value that was invalidated is gone everywhere after its TTL and what KV takes, at the latest: a load that read
 * before may have stored it after. What is served was loaded, or set.
 */
type Action = { do: 'read'; loadMs: number } | { do: 'write'; by: 'delete' | 'deleteMany' | 'set' };

const TTL_SECONDS = 60;
// Until a write is seen everywhere, what a place remembers of a key, and the longest load.
const KV_MS = 60_000 + 60_000 + 5_000;

export const cache: Model<Action> = { name: 'cache', plan, start: (world) => new Values(world) };

function plan(random: Random): Step<Action>[] {
  const lasts = random.pick([10_000, 200_000, 900_000]);
  return Array.from({ length: random.between(5, 25) }, () => ({
    at: random.int(lasts),
    isolate: random.int(3),
    action: random.pick<Action>([
      { do: 'read', loadMs: random.pick([1, 200, 4_000]) },
      { do: 'read', loadMs: 1 },
      { do: 'write', by: random.pick(['delete', 'deleteMany', 'set'] as const) },
    ]),
  }));
}

class Values implements Running<Action> {
  readonly #world: World;
  readonly #heal: () => void;
  #version = 0;
  // When each version was first told to be old, and that was acknowledged.
  readonly #over: number[] = [];

  constructor(world: World) {
    this.#world = world;
    this.#heal = world.troubleKv();
  }

  say = (action: Action): string => Object.values(action).join(' ');

  async perform({ isolate, action }: Step<Action>): Promise<void> {
    const at = this.#world.isolates[isolate] as Isolate;
    const values = this.#client(at);
    const asked = this.#world.time.now;
    if (action.do === 'write') {
      this.#version += 1;
      const version = this.#version;
      const outcome = await outcomeOf(
        action.by === 'set'
          ? values.set('k', { version }, TTL_SECONDS)
          : action.by === 'delete'
            ? values.delete('k')
            : values.deleteMany(['k']),
      );
      this.#world.say(`  … ${at.name}: version ${version}, ${action.by}: ${wordsOf(outcome)}`);
      if (outcome.is === 'done') this.#over[version] = this.#world.time.now;
      return;
    }
    const { version } = await values.getOrSet('k', TTL_SECONDS, async () => {
      const version = this.#version;
      await new Promise<void>((resolve) => this.#world.time.after(action.loadMs, resolve));
      return { version };
    });
    this.#world.say(`  … ${at.name}: read: version ${version} of ${this.#version}`);
    if (!Number.isInteger(version) || version > this.#version)
      throw new Violation(`version ${version} never was`);
    for (let newer = version + 1; newer <= this.#version; newer++) {
      const over = this.#over[newer];
      if (over !== undefined && asked > over + TTL_SECONDS * 1_000 + KV_MS) {
        throw new Violation(
          `version ${version} is read ${Math.round((asked - over) / 1_000)} s after it was invalidated`,
        );
      }
    }
  }

  #client(isolate: Isolate): CacheClient {
    const { CacheClient: Client } = isolate.package as unknown as { CacheClient: typeof CacheClient };
    return new Client(isolate.kv);
  }

  async check(): Promise<void> {
    this.#heal();
  }
}
