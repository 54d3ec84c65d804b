import type { Model } from './model.js';
import { type Failed, type Plan, planOf, runPlan, versions } from './run.js';
import { shrink } from './shrink.js';

/** The histories that are run; with `upgrade` this version is deployed in the middle of each. */
export interface Seeds {
  from: number;
  count: number;
  upgrade?: boolean | undefined;
}

/** Runs seeds of a model; throws a report of the first that fails. */
export async function simulate(model: Model, seeds: Seeds, onSeed?: (done: number) => void): Promise<void> {
  const packages = await versions();
  for (let n = 0; n < seeds.count; n++) {
    const seed = seeds.from + n;
    const plan = planOf(model, seed, seeds.upgrade);
    const failed = await runPlan(model, plan, packages);
    if (failed) {
      const shorter = await shrink(model, plan, failed, packages);
      const again = `--model ${model.name} --seed ${seed}${seeds.upgrade ? ' --upgrade' : ''}`;
      throw new Error(reportOf(`${model.name}, seed ${seed}`, again, plan, shorter));
    }
    onSeed?.(n + 1);
  }
}

function reportOf(
  name: string,
  again: string,
  whole: Plan<unknown>,
  short: { plan: Plan<unknown>; failed: Failed },
) {
  const { error, history } = short.failed;
  const words =
    error instanceof Error
      ? error.constructor.name === 'Violation'
        ? error.message
        : (error.stack ?? '')
      : String(error);
  return [
    `${name}: ${words}`,
    `again: npm run simulate -- ${again}`,
    `The shortest history found that fails, ${short.plan.steps.length} of ${whole.steps.length} steps:`,
    ...history,
  ].join('\n');
}
