import { weatherOf } from './faults.js';
import { loaderOf } from './load.js';
import type { Model, Running, Step } from './model.js';
import { Random } from './random.js';
import { START } from './time.js';
import { type Loaders, MOST_AHEAD_MS, Violation, World } from './world.js';

/** A clock of an isolate that is set. */
interface Jump {
  at: number;
  isolate: number;
  by: number;
}

/** All that makes a history; with the same plan the same happens. */
export interface Plan<Action> {
  seed: string;
  steps: { step: Step<Action>; number: number }[];
  jumps: Jump[];
  /** Steps without faults. */
  calm: ReadonlySet<number>;
}

export interface Failed {
  error: unknown;
  history: string[];
}

const ISOLATES = 3;
const AT_LEAST_AS_LATE_AS_ANY_CALL = 45 * 60_000;

export async function loaders(): Promise<Loaders> {
  const [client, object] = await Promise.all([loaderOf(['clients', 'better_auth']), loaderOf('objects')]);
  return { isolates: Array(ISOLATES).fill(client), machines: Array(3).fill(object) };
}

/** The plan of a seed. */
export function planOf<Action>(model: Model<Action>, seed: number): Plan<Action> {
  const name = `${model.name} ${seed}`;
  const random = new Random(`${name}/plan`);
  const steps = model.plan(random).map((step, number) => ({ step, number }));
  const last = Math.max(...steps.map(({ step }) => step.at));
  const jumps = Array.from({ length: model.isSteady ? 0 : random.pick([0, 0, 1, 3]) }, () => ({
    at: random.int(last),
    isolate: random.int(ISOLATES),
    by: random.pick([1_000, 90_000, 900_000]) * (random.next() * 2 - 1),
  }));
  return { seed: name, steps, jumps, calm: new Set() };
}

/** Runs a history; returns how it failed, if it did. */
export async function runPlan<Action>(
  model: Model<Action>,
  plan: Plan<Action>,
  packages: Loaders,
): Promise<Failed | undefined> {
  const weather = weatherOf(new Random(`${plan.seed}/weather`));
  const world = new World(plan.seed, packages, weather, plan.calm);
  let error: unknown;
  try {
    await go(model.start(world), plan, world);
  } catch (thrown) {
    error = thrown;
  } finally {
    world.close();
  }
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
