// Side by side in one run: rounds go through all contestants in turn, so that what disturbs the machine
// disturbs all of them. Medians of the rounds, with the quartiles as spread.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { at } from '../scripts/lib.mjs';
import { cases } from './cases.mjs';
import { chart } from './chart.mjs';

const ROUNDS = 25;
const CALLS = 4_000;

async function round(call) {
  const start = performance.now();
  for (let i = 0; i < CALLS; i++) await call();
  return ((performance.now() - start) / CALLS) * 1000;
}

async function measure({ name, contestants, check, prepare }) {
  await prepare?.();
  const times = {};
  for (const [who, call] of Object.entries(contestants)) {
    if (!check(await call())) throw new Error(`${who} does not do the work of "${name}"`);
    times[who] = [];
    await round(call);
  }
  for (let i = 0; i < ROUNDS; i++) {
    for (const [who, call] of Object.entries(contestants)) {
      globalThis.gc?.();
      times[who].push(await round(call));
    }
  }
  return Object.entries(times).map(([who, all]) => {
    all.sort((a, b) => a - b);
    const quantile = (q) => all[Math.floor(q * (all.length - 1))];
    return { who, median: quantile(0.5), low: quantile(0.25), high: quantile(0.75) };
  });
}

const lines = [
  '# Per call in Node, on one in-memory KV',
  '',
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}; ${ROUNDS} rounds of ${CALLS} calls in turn; \`npm run bench\`.`,
  'Median µs (quartiles), and the difference from the first line of each group.',
];
const results = [];
for (const group of cases) {
  console.log(`→ ${group.name}`);
  const rows = await measure(group);
  const base = rows.find(({ who }) => who === group.baseline).median;
  lines.push('', `| ${group.name} | µs | quartiles | difference |`, '| --- | --- | --- | --- |');
  for (const { who, median, low, high } of rows) {
    const difference =
      who === group.baseline ? '' : `${median < base ? '−' : '+'}${Math.abs(median - base).toFixed(2)}`;
    const line = `| ${who} | ${median.toFixed(2)} | ${low.toFixed(2)}–${high.toFixed(2)} | ${difference} |`;
    lines.push(line);
    console.log(`  ${who.padEnd(20)} ${median.toFixed(2).padStart(7)} µs ${difference.padStart(8)}`);
  }
  results.push({ name: group.name, rows });
}
writeFileSync(at('bench/results/node.md'), `${lines.join('\n')}\n`);
writeFileSync(at('bench/results/node.svg'), chart(results));
console.log('✓ bench/results/node.md, bench/results/node.svg');
