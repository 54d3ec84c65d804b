import { PLACES, type Place, type Versions } from './copies.js';
import { weatherOf } from './faults.js';
import { loaderOf, PREVIOUS } from './load.js';
import type { Model, Running, Step } from './model.js';
import { Random } from './random.js';
import { START } from './time.js';
import { MOST_AHEAD_MS, Violation, World } from './world.js';

/** A clock of an isolate that is set. */
interface Jump {
  at: number;
  isolate: number;
  by: number;
}

/** The current version is deployed in the middle of a history. */
interface Upgrade {
  at: number;
  place: Place;
}

/** All that makes a history; with the same plan the same happens. */
export interface Plan<Action> {
  seed: string;
  steps: { step: Step<Action>; number: number }[];
  jumps: Jump[];
  /** Who has the version before at first; all others have the current one. */
  upgrades: Upgrade[];
  /** Steps without faults. */
  calm: ReadonlySet<number>;
}

export interface Failed {
  error: unknown;
  history: string[];
}

const AT_LEAST_AS_LATE_AS_ANY_CALL = 45 * 60_000;

/** Both versions of the package. */
export async function versions(): Promise<Versions> {
  const load = async (root?: string) => {
    const [isolate, machine] = await Promise.all([
      loaderOf(['clients', 'better_auth'], root),
      loaderOf('objects', root),
    ]);
    return { isolate, machine };
  };
  return { current: await load(), previous: await load(PREVIOUS) };
}

/** The plan of a seed; with `upgrade` it begins with the version before. */
export function planOf<Action>(model: Model<Action>, seed: number, upgrade = false): Plan<Action> {
  const name = `${model.name} ${seed}`;
  const random = new Random(`${name}/plan`);
  const steps = model.plan(random).map((step, number) => ({ step, number }));
  const last = Math.max(...steps.map(({ step }) => step.at));
  const jumps = Array.from({ length: model.isSteady ? 0 : random.pick([0, 0, 1, 3]) }, () => ({
    at: random.int(last),
    isolate: random.int(PLACES),
    by: random.pick([1_000, 90_000, 900_000]) * (random.next() * 2 - 1),
  }));
  const upgrades = upgrade ? upgradesOf(new Random(`${name}/upgrades`), last) : [];
  return { seed: name, steps, jumps, upgrades, calm: new Set() };
}

// The machines all at once, each isolate by itself: before them or after.
function upgradesOf(random: Random, last: number): Upgrade[] {
  const isolates = [...Array(PLACES).keys()];
  return (['machines', ...isolates] as const).map((place) => ({ at: random.int(last), place }));
}

/** Runs a history; returns how it failed, if it did. */
export async function runPlan<Action>(
  model: Model<Action>,
  plan: Plan<Action>,
  packages: Versions,
): Promise<Failed | undefined> {
  const weather = weatherOf(new Random(`${plan.seed}/weather`));
  const upgraded = plan.upgrades.map(({ place }) => place);
  const world = new World(plan.seed, packages, weather, plan.calm, upgraded);
  let error: unknown;
  try {
    await go(model.start(world), plan, world);
  } catch (thrown) {
    error = thrown;
  } finally {
    world.close();
  }
  // First, since what went wrong after it may be its consequence.
  error = world.broken ?? error;
  return error === undefined ? undefined : { error, history: world.history };
}

async function go<Action>(running: Running<Action>, plan: Plan<Action>, world: World): Promise<void> {
  let failed: { error: unknown } | undefined;
  let open = 0;
  for (const { at, isolate, by } of plan.jumps) {
    world.time.after(at, () => {
      const clock = world.isolates[isolate]?.clock;
      if (clock) clock.off = Math.min(clock.off + Math.round(by), MOST_AHEAD_MS);
      world.say(`the clock of ${world.isolates[isolate]?.name} is set by ${Math.round(by / 1_000)} s`);
    });
  }
  for (const { at, place } of plan.upgrades) world.time.after(at, () => world.upgrade(place));
  for (const { step, number } of plan.steps) {
    open += 1;
    world.time.after(step.at, () => {
      world.say(`${world.isolates[step.isolate]?.name}: ${running.say(step.action)} [${number}]`);
      world
        .during(number, () => running.perform(step))
        .catch((error) => {
          failed ??= { error };
        })
        .finally(() => {
          open -= 1;
        });
    });
  }
  const last = Math.max(0, ...plan.steps.map(({ step }) => step.at));
  await world.time.run(START + last + AT_LEAST_AS_LATE_AS_ANY_CALL);
  if (failed) throw failed.error;
  if (open > 0) throw new Violation(`${open} calls never ended`);
  world.say('the network is well');
  const check = running.check();
  check.catch(() => {});
  await world.time.run(world.time.now + 600_000);
  await settledNow(check, 'the last check never ended');
  if (running.emptyAfterMs === undefined) return;
  await world.time.run(world.time.now + running.emptyAfterMs);
  for (const [name, object] of world.objects) {
    if (!object.storage.isEmpty())
      throw new Violation(`${name} still stores ${object.storage.contents()}, and is billed for ever`);
  }
}

async function settledNow(promise: Promise<void>, otherwise: string): Promise<void> {
  const open = Symbol('open');
  const first = await Promise.race([promise, new Promise((resolve) => setImmediate(resolve, open))]);
  if (first === open) throw new Violation(otherwise);
}
