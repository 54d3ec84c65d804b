// The same load on more and more objects.
import { writeFileSync } from 'node:fs';
import { at } from '../../scripts/lib.mjs';
import { spreadChart } from './chart.mjs';
import { fixed, freshId, median } from './measure.mjs';

const SIZES = [1, 2, 4, 8, 16, 32, 64];

export async function spreadSection({ send }) {
  const series = { plain: [], ours: [] };
  for (const size of SIZES) {
    for (const by of Object.keys(series)) {
      const rates = [];
      for (let i = 0; i < 3; i++) {
        const job = { job: 'spread', by, size, at: 64, n: 1_500, id: freshId() };
        rates.push((await send(job)).perSecond);
      }
      series[by].push(median(rates));
    }
  }
  writeFileSync(at('bench/results/objects.svg'), spreadChart(SIZES, series));
  return [
    '## The same load on more objects',
    '',
    'Increments a second, 64 at a time, on carts of 5 lines. The machine is full with few objects: in',
    'production each object has a thread of its own.',
    '',
    `| carts | ${SIZES.join(' | ')} |`,
    `| --- |${' --- |'.repeat(SIZES.length)}`,
    ...Object.entries(series).map(
      ([by, rates]) => `| ${by} | ${rates.map((rate) => fixed(rate)).join(' | ')} |`,
    ),
    '',
    '![Increments a second by the number of carts](objects.svg)',
  ];
}
