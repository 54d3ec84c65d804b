import { expect, it } from 'vitest';
import { ALL_LEGS } from '../support/legs.js';
import type { Model, Running } from './model.js';
import { MODELS } from './models/index.js';
import { simulate } from './report.js';
import { Violation } from './world.js';

// How many histories of each model: more where the project is checked, and by `npm run simulate` as many as one likes.
const count = ALL_LEGS || process.env.CI ? 120 : 60;
const models = MODELS.map((model) => [model.name, model] as const);

it.each(models)('%s: every history keeps what is promised', { timeout: 300_000 }, async (_, model) => {
  await simulate(model, { from: 1, count });
});

it.each(models)(
  '%s: so does every history in which this version is deployed after the one before',
  { timeout: 300_000 },
  async (_, model) => {
    await simulate(model, { from: 1 + count, count, upgrade: true });
  },
);

// A model that is not kept: the second of two steps must not come after the first.
const never: Model<string> = {
  name: 'never',
  plan: (random) =>
    ['a', 'b', 'c', 'd', 'e', 'f'].map((action) => ({ at: random.int(1_000), isolate: 0, action })),
  start: (world): Running<string> => {
    const done: string[] = [];
    return {
      say: (action) => `step ${action}`,
      perform: async ({ action }) => {
        done.push(action);
        world.say(`  … ${action}`);
        if (action === 'e' && done.includes('b')) throw new Violation('e came after b');
      },
      check: async () => {},
    };
  },
};

it('a history that fails is told in words, as short as it can be, with the command that repeats it', async () => {
  const failing = simulate(never as Model, { from: 1, count: 100 });
  await expect(failing).rejects.toThrow('e came after b');
  const message = String(await failing.catch((error: Error) => error.message));
  expect(message).toMatch(/npm run simulate -- --model never --seed \d+/);
  expect(message).toContain('2 of 6 steps');
  expect(message).toContain('step b');
  expect(message).not.toContain('step a');
  // The same seed, the same words.
  const seed = Number(/--seed (\d+)/.exec(message)?.[1]);
  await expect(simulate(never as Model, { from: seed, count: 1 })).rejects.toThrow(message);
});
