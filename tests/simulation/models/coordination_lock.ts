import type { Lock, LockClient } from '@codex/cloudflare-clients';
import type { Isolate } from '../copies.js';
import { type Model, outcomeOf, type Running, type Step, wordsOf } from '../model.js';
import type { Random } from '../random.js';
import { Violation, type World } from '../world.js';

/**
 * By the object's clock no two hold a lock at a time, and fences grow from holder to holder. A holder relies on
 * the latest end that it was told.
 */
interface Action {
  ttlSeconds: number;
  waitMs: number;
  /** How long it works, and whether it extends its lock meanwhile, with which TTL each time. */
  worksMs: number;
  extends: number[];
  releases: boolean;
}

export const lock: Model<Action> = { name: 'lock', plan, start: (world) => new Locks(world) };

function plan(random: Random): Step<Action>[] {
  const lasts = random.pick([3_000, 30_000, 200_000]);
  return Array.from({ length: random.between(2, 9) }, () => ({
    at: random.int(lasts),
    isolate: random.int(3),
    action: {
      ttlSeconds: random.pick([1, 5, 30, 120]),
      waitMs: random.pick([0, 2_000, 20_000]),
      worksMs: random.int(random.pick([1_000, 20_000])),
      extends: Array.from({ length: random.pick([0, 0, 1, 3]) }, () => random.pick([1, 10, 60])),
      releases: random.chance(0.7),
    },
  }));
}

interface Held {
  fence: number;
  /** By the object's clock. */
  from: number;
  until: number;
  /** When it was told of it, and when it asked for it; true time. */
  asked: number;
  told: number;
  /** When it asked to be released. */
  released: number;
}

class Locks implements Running<Action> {
  // A clock may be two hours ahead, and then what is remembered stays for longer.
  readonly emptyAfterMs = 4 * 3_600_000;
  readonly #world: World;
  readonly #held: Held[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  say = (action: Action): string => `a lock for ${JSON.stringify(action)}`;

  async perform({ isolate, action }: Step<Action>): Promise<void> {
    const at = this.#world.isolates[isolate] as Isolate;
    const locks = this.#client(at);
    const asked = this.#world.time.now;
    const { ttlSeconds, waitMs } = action;
    const outcome = await outcomeOf(locks.acquire('l', { ttlSeconds, waitMs }));
    this.#world.say(
      `  … ${at.name} acquire: ${wordsOf(outcome)} ${JSON.stringify(outcome.is === 'done' && outcome.value)}`,
    );
    if (outcome.is === 'refused') throw new Violation(`a lock was refused with ${outcome.code}`);
    if (outcome.is !== 'done' || outcome.value === null) return;
    const { fence, expiresAt } = outcome.value;
    const from = expiresAt - ttlSeconds * 1_000;
    const held: Held = {
      fence,
      from,
      until: expiresAt,
      asked,
      told: this.#world.time.now,
      released: Infinity,
    };
    this.#held.push(held);
    await this.#work(locks, outcome.value, held, action, at);
  }

  async #work(locks: LockClient, taken: Lock, held: Held, action: Action, at: Isolate): Promise<void> {
    for (const ttlSeconds of action.extends) {
      await this.#sleep(action.worksMs / (action.extends.length + 1));
      const extended = await outcomeOf(locks.extend(taken, ttlSeconds));
      this.#world.say(
        `  … ${at.name} extend ${taken.fence}: ${wordsOf(extended)} ${JSON.stringify(extended.is === 'done' && extended.value)}`,
      );
      // Nobody knows how long it holds the lock after an extension of which nobody knows.
      if (extended.is !== 'done' || extended.value === null) {
        held.released = Math.min(held.released, this.#world.time.now - 6_000);
        return;
      }
      held.until = extended.value.expiresAt;
    }
    await this.#sleep(action.worksMs / (action.extends.length + 1));
    if (!action.releases) return;
    held.released = this.#world.time.now;
    const released = await outcomeOf(locks.release(taken));
    this.#world.say(`  … ${at.name} release ${taken.fence}: ${wordsOf(released)}`);
  }

  #sleep = (ms: number): Promise<void> => new Promise((resolve) => this.#world.time.after(ms, resolve));

  #client(isolate: Isolate): LockClient {
    const { LockClient: Client } = isolate.package as unknown as { LockClient: typeof LockClient };
    return new Client(isolate.objects('CoordinationDurableObject') as never);
  }

  async check(): Promise<void> {
    const byFence = this.#held.toSorted((a, b) => a.fence - b.fence);
    for (const [i, earlier] of byFence.entries()) {
      const later = byFence[i + 1];
      if (!later) break;
      if (earlier.fence === later.fence) throw new Violation(`two holders have the fence ${earlier.fence}`);
      if (later.told < earlier.asked)
        throw new Violation('a fence is smaller than that of an earlier holder');
      // The object's clock may jump by what the machines' clocks differ.
      if (later.told < earlier.released && later.from < earlier.until - this.#world.machinesDifferMs) {
        throw new Violation(`the fences ${earlier.fence} and ${later.fence} are held at the same time`);
      }
    }
  }
}
