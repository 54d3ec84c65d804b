// npm run simulate -- --model cart --seeds 10000, or --seed 17 for one. With --upgrade this version is deployed in the
// middle of each history, and the version before is there at first.
import { parseArgs } from 'node:util';
import { MODELS } from './models/index.js';
import { simulate } from './report.js';

const { values } = parseArgs({
  options: {
    model: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    upgrade: { type: 'boolean', default: false },
  },
});
const names = values.model ?? MODELS.map(({ name }) => name);
const unknown = names.find((name) => MODELS.every((model) => model.name !== name));
if (unknown) {
  console.error(`✗ No model "${unknown}": one of ${MODELS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const from = Number(values.seed ?? values.from);
const count = values.seed ? 1 : Number(values.seeds);
for (const model of MODELS.filter(({ name }) => names.includes(name))) {
  const started = performance.now();
  const isLive = process.stdout.isTTY;
  try {
    await simulate(model, { from, count, upgrade: values.upgrade }, (done) => {
      if (done % 100 === 0 && isLive)
        process.stdout.write(`\r  ${model.name}: ${done} of ${count} histories`);
      else if (done % 1_000 === 0) console.log(`  ${model.name}: ${done} of ${count} histories`);
    });
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    console.log(`${isLive ? '\r' : ''}✓ ${model.name}: ${count} histories held, ${seconds} s`);
  } catch (error) {
    console.error(`\n✗ ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
