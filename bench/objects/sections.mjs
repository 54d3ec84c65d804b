// The speed tables: the package's classes beside plain TypeScript.
import { fixed, freshId, median, table } from './measure.mjs';

const BOTH = ['plain', 'ours'];
const ALONE = 1;
const MANY = 50;
const ROUNDS = 9;

// One job at each concurrency, with as many calls.
const alike = (job, alone, many) => ({
  [`${ALONE} at a time`]: { job, at: ALONE, n: alone, limit: true },
  [`${MANY} at a time`]: { job, at: MANY, n: many, limit: true },
});

export async function cartSection(bench) {
  const jobs = [ALONE, MANY].flatMap((at) =>
    [1, 20, 200].map((size) => [
      `${size} lines, ${at} at a time`,
      { job: 'cart', size, at, n: at === ALONE ? 300 : 1_500, limit: size === 1 },
    ]),
  );
  return [
    '## Carts',
    '',
    '`incrementQty`, which answers the whole cart.',
    '',
    ...(await table(bench, BOTH, Object.fromEntries(jobs), ROUNDS)),
    '',
    'Ten changes of a cart of 20 lines.',
    '',
    ...(await table(bench, ['singles', 'mutate'], { 'ten changes': { job: 'ten', at: ALONE, n: 60 } }, 7)),
  ];
}

export async function limiterSection(bench) {
  const lines = await table(bench, BOTH, alike('limiter', 300, 1_500), ROUNDS);
  const us = [];
  for (let i = 0; i < 3; i++) {
    us.push((await bench.send({ job: 'refused', at: ALONE, n: 20_000, id: freshId() })).us);
  }
  const refused = `A caller who is known to be refused costs ${fixed(median(us), 2)} µs and no call.`;
  return ['## Limiter', '', 'A check that is admitted.', '', ...lines, '', refused];
}

export async function sessionSection(bench) {
  const lines = await table(bench, BOTH, alike('session', 500, 3_000), ROUNDS);
  return ['## Sessions', '', '`get` of a session that is there.', '', ...lines];
}

const LAYOUTS = {
  plain: 'plain, by fetch',
  ROWS: 'rows',
  VALUE: 'one JSON value',
  MEMORY: 'rows and memory',
};

// In turn, five rounds each: microseconds a call, the median.
export async function layoutSection({ send }) {
  const lines = [
    '## Layouts',
    '',
    'An increment in µs, in plain TypeScript: what the object keeps, and what it answers.',
    '',
    `| lines, at a time, answer | ${Object.values(LAYOUTS).join(' | ')} |`,
    `| --- |${' --- |'.repeat(Object.keys(LAYOUTS).length)}`,
  ];
  for (const [size, at] of [1, 20, 200].flatMap((size) => [ALONE, MANY].map((at) => [size, at]))) {
    for (const whole of [true, false]) {
      const us = Object.fromEntries(Object.keys(LAYOUTS).map((by) => [by, []]));
      for (let i = 0; i < 5; i++) {
        for (const by of Object.keys(LAYOUTS)) {
          us[by].push((await send({ job: 'layout', by, size, at, whole, n: 300, id: freshId() })).us);
        }
      }
      const answer = whole ? 'the cart' : 'the quantity (plain: the cart)';
      const medians = Object.values(us).map((all) => fixed(median(all)));
      lines.push(`| ${size}, ${at}, ${answer} | ${medians.join(' | ')} |`);
      console.log(`  ${lines.at(-1)}`);
    }
  }
  return lines;
}
