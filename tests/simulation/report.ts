import type { Model } from './model.js';
import { type Failed, loaders, type Plan, planOf, runPlan } from './run.js';
import { shrink } from './shrink.js';

/** Runs seeds of a model; throws a report of the first that fails. */
export async function simulate(
  model: Model,
  seeds: { from: number; count: number },
  onSeed?: (done: number) => void,
): Promise<void> {
  const packages = await loaders();
  for (let n = 0; n < seeds.count; n++) {
    const seed = seeds.from + n;
    const plan = planOf(model, seed);
    const failed = await runPlan(model, plan, packages);
    if (failed) {
      const shorter = await shrink(model, plan, failed, packages);
      throw new Error(reportOf(model, seed, plan, shorter));
    }
    onSeed?.(n + 1);
  }
}

function reportOf(
  model: Model,
  seed: number,
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
    `${model.name}, seed ${seed}: ${words}`,
    `again: npm run simulate -- --model ${model.name} --seed ${seed}`,
    `The shortest history found that fails, ${short.plan.steps.length} of ${whole.steps.length} steps:`,
    ...history,
  ].join('\n');
}
