// Contestants side by side: rounds take turns, in one process or in a fresh one each.
import { Agent } from 'node:http';
import { serve } from './server.mjs';

const AT_MOST = 50;
// How many calls a fresh process makes, and how many processes each contestant gets.
const COLD_CALLS = 200;
const COLD_PROCESSES = 5;
// After how many calls of its own, which are not measured, a contestant is warm: the engine compiles it again meanwhile.
const WARM_CALLS = 3_000;

export const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
export const fixed = (n, digits = 0) => n.toFixed(digits);

let turn = 0;
/** A name that no other round has. */
export const freshId = () => `bench-${turn++}`;

// The rate from inside the Worker; latencies from outside, since the clock in there goes in whole ms.
async function round(send, { n, ...job }) {
  const id = freshId();
  const rate = await send({ ...job, id, n });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_MOST });
  const times = [];
  let next = 0;
  const lane = async () => {
    while (next < n) {
      const begun = performance.now();
      await send({ ...job, id, i: next++ }, agent);
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: job.at }, lane));
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor((times.length - 1) * share)];
  return { ...rate, p50: at(0.5), p99: at(0.99) };
}

/** Contestants in turn, so many rounds each; who goes first changes. */
export async function inTurn(contestants, rounds, work) {
  const results = Object.fromEntries(contestants.map((by) => [by, []]));
  for (let i = 0; i < rounds; i++) {
    for (const by of i % 2 ? contestants.toReversed() : contestants) results[by].push(await work(by));
  }
  return results;
}

// Calls from plain TypeScript by which a table begins: what no class can do without.
const LIMITS = { nothing: 'an empty call', write: 'an empty call that writes one row' };

/** Contestants with their medians: `cold` of the first calls in a process. */
async function compare({ send, program }, job, contestants, rounds) {
  const jobOf = (by) => ({ ...job, ...(by in LIMITS && { job: 'limit' }), by });
  await inTurn(contestants, 1, (by) => send({ ...jobOf(by), n: WARM_CALLS, id: freshId() }));
  const warm = await inTurn(contestants, rounds, (by) => round(send, jobOf(by)));
  const cold = await inTurn(contestants, COLD_PROCESSES, (by) =>
    serve(program, (send) => send({ ...jobOf(by), n: COLD_CALLS, cold: true, id: freshId() })),
  );
  const rates = (results) => median(results.map(({ perSecond }) => perSecond));
  const ms = (by, field) => fixed(median(warm[by].map((result) => result[field])), 2);
  return {
    cells: (by) => [fixed(rates(warm[by])), fixed(rates(cold[by])), `${ms(by, 'p50')} / ${ms(by, 'p99')}`],
    // The second's over the first's, round by round.
    ratio: ([first, second], field) =>
      fixed(median(warm[second].map((result, i) => result[field] / warm[first][i][field])), 2),
  };
}

function line(cells) {
  console.log(`  ${cells.join('  ')}`);
  return `| ${cells.join(' | ')} |`;
}

/**
 * Two contestants in the same jobs, by their labels, as a table. A job with `limit` takes the limits along in its rounds,
 * so that all see the same machine.
 */
export async function table(bench, contestants, jobs, rounds) {
  const columns = contestants.flatMap((by) => [`${by}, a second`, 'cold', 'p50 / p99 ms']);
  const [limits, rows] = [[], []];
  for (const [label, { limit, ...job }] of Object.entries(jobs)) {
    const all = limit ? [...Object.keys(LIMITS), ...contestants] : contestants;
    const result = await compare(bench, job, all, rounds);
    for (const by of limit ? Object.keys(LIMITS) : []) {
      limits.push(line([`${LIMITS[by]}, ${job.at} at a time`, ...result.cells(by), '', '', '', '', '']));
    }
    const ratios = ['perSecond', 'p99'].map((field) => result.ratio(contestants, field));
    rows.push(line([label, ...contestants.flatMap(result.cells), ...ratios]));
  }
  return [
    `| | ${columns.join(' | ')} | ratio | p99, ours over theirs |`,
    `| --- |${' --- |'.repeat(columns.length + 2)}`,
    ...limits,
    ...rows,
  ];
}
