import type { Versions } from './copies.js';
import type { Model } from './model.js';
import { type Failed, type Plan, runPlan } from './run.js';

/** How many shorter histories are tried. */
const MOST = 400;

/** A shorter history that fails too: steps, jumps, deployments and faults that it does not need are left out. */
export async function shrink<Action>(
  model: Model<Action>,
  plan: Plan<Action>,
  failed: Failed,
  packages: Versions,
): Promise<{ plan: Plan<Action>; failed: Failed }> {
  let best = { plan, failed };
  let left = MOST;
  const tries = async (shorter: Plan<Action>): Promise<boolean> => {
    if (left-- <= 0) return false;
    const outcome = await runPlan(model, shorter, packages);
    if (outcome) best = { plan: shorter, failed: outcome };
    return outcome !== undefined;
  };
  // Halves first, then smaller parts, down to single steps.
  for (let size = Math.ceil(plan.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.plan.steps.length; ) {
      const steps = best.plan.steps.toSpliced(from, size);
      if (!(await tries({ ...best.plan, steps }))) from += size;
    }
  }
  await tries({ ...best.plan, jumps: [] });
  for (const upgrade of best.plan.upgrades) {
    await tries({ ...best.plan, upgrades: best.plan.upgrades.filter((other) => other !== upgrade) });
  }
  for (const { number } of best.plan.steps) {
    await tries({ ...best.plan, calm: new Set([...best.plan.calm, number]) });
  }
  return best;
}
