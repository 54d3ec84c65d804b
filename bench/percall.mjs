// Side by side in one run: rounds go through all contestants in turn, so that what disturbs the machine
// disturbs all of them. Medians of the rounds, with the quartiles as spread.
import { cases } from './percall_cases.mjs';

const ROUNDS = 15;
const CALLS = 10_000;

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
      times[who].push(await round(call));
    }
  }
  return Object.entries(times).map(([who, all]) => {
    all.sort((a, b) => a - b);
    const quantile = (q) => all[Math.floor(q * (all.length - 1))];
    return { who, median: quantile(0.5), low: quantile(0.25), high: quantile(0.75) };
  });
}

/** Measures all cases; answers the table's lines and what the chart draws. */
export async function perCall() {
  const lines = [
    '## Per call in Node, on one in-memory KV',
    '',
    `${ROUNDS} rounds of ${CALLS} calls in turn. Median µs, quartiles, and the difference from the first line.`,
  ];
  const groups = [];
  for (const group of cases) {
    console.log(`→ ${group.name}`);
    const rows = await measure(group);
    const base = rows.find(({ who }) => who === group.baseline).median;
    lines.push('', `| ${group.name} | µs | quartiles | difference |`, '| --- | --- | --- | --- |');
    for (const { who, median, low, high } of rows) {
      const sign = median < base ? '−' : '+';
      const difference = who === group.baseline ? '' : `${sign}${Math.abs(median - base).toFixed(2)}`;
      lines.push(`| ${who} | ${median.toFixed(2)} | ${low.toFixed(2)}–${high.toFixed(2)} | ${difference} |`);
      console.log(`  ${who.padEnd(24)} ${median.toFixed(2).padStart(7)} µs ${difference.padStart(8)}`);
    }
    groups.push({ name: group.name, rows });
  }
  return { lines, groups };
}
