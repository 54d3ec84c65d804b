// The limiter under attack: bench/results/limiter.md and limiter.svg. Time is moved, and everything
// random is seeded, so two runs of the same code give the same files.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.mjs';
import { movedClock } from './clock.mjs';
import { ours, oursWithoutFlush, plain } from './contestants.mjs';
import { DEFAULTS, simulate, total } from './simulate.mjs';

const { isolates, locations, requestsPerSecond, seconds, config, latencyMs } = DEFAULTS;
const results = join(dirname(dirname(fileURLToPath(import.meta.url))), 'results');
const clock = movedClock();
const runs = [];
for (const [who, limiterOf] of Object.entries({
  ours,
  'ours, without waitUntil': oursWithoutFlush,
  'plain TypeScript': plain,
})) {
  console.log(`→ limiter: ${who}`);
  const { perSecond } = await simulate(limiterOf, clock);
  runs.push({ who, perSecond, windows: inWindows(perSecond), of: (field) => total(perSecond, field) });
}

function inWindows(perSecond) {
  return Array.from({ length: seconds / config.window }, (_, i) =>
    total(perSecond.slice(i * config.window, (i + 1) * config.window), 'admitted'),
  );
}

const number = (value) => value.toLocaleString('en-US');
const rows = runs.map(({ who, windows, of }) => {
  const [least, most] = [Math.min(...windows), Math.max(...windows)].map(number);
  const cells = [least === most ? most : `${least}–${most}`];
  cells.push(...['failed', 'reads', 'writes', 'rateLimited'].map((field) => number(of(field))));
  return `| ${who} | ${cells.join(' | ')} |`;
});
const md = `# The limiter under attack, on the strict KV double

${isolates} isolates in ${locations.length} places, ${requestsPerSecond} requests a second for one key, ${seconds / 60} minutes of moved time; a limit of
${number(config.limit)} in ${config.window} seconds; each KV operation takes ${latencyMs} ms; \`node bench/limiter/run.mjs\`.

A window is offered ${number(requestsPerSecond * config.window)} requests. One counter that everybody sees at once would admit ${number(config.limit)}. On KV the
places see nothing of each other within a window of ${config.window} seconds, so ${number(locations.length * config.limit)} is the least that a limiter on
KV admits here.

| limiter | admitted in a window | errors for callers | KV reads | KV writes tried | of these 429 |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Plain code asks KV about each request, and writes each that it admits. KV takes one of these writes a second, and
the 429s of the others reach the callers as errors: it admits little because it fails.
`;
writeFileSync(join(results, 'limiter.md'), md);

const BIN = 10;
const binned = (value) =>
  Array.from({ length: seconds / BIN }, (_, i) => value(runs.length, i * BIN, (i + 1) * BIN));
const perBin = ({ perSecond }, fields) =>
  binned((_, from, to) => {
    const part = perSecond.slice(from, to);
    return fields.reduce((sum, field) => sum + total(part, field), 0) / BIN;
  });
const cumulative = ({ perSecond }, field) => binned((_, __, to) => total(perSecond.slice(0, to), field));
const [flushing, , byHand] = runs;
const upTo = (value, step) => Math.ceil(value / step) * step;
const line = (who, points, label, more = {}) => ({ who, points, label, ...more });
const svg = chart(
  [
    {
      name: `Admitted in each window of ${config.window} s, of ${number(requestsPerSecond * config.window)} requests`,
      most: upTo(Math.max(...flushing.windows), 2_000),
      lines: [
        line('ours', flushing.windows, 'ours', { steps: true }),
        line('plain', byHand.windows, 'plain: fails', { steps: true }),
        line(
          'floor',
          flushing.windows.map(() => locations.length * config.limit),
          `${locations.length} × limit: the least on KV`,
          { dashed: true },
        ),
        line(
          'ideal',
          flushing.windows.map(() => config.limit),
          'limit: one exact counter',
          { dashed: true },
        ),
      ],
    },
    {
      name: 'KV operations a second',
      most: 400,
      lines: [
        line('ours', perBin(flushing, ['reads', 'writes']), 'ours'),
        line('plain', perBin(byHand, ['reads', 'writes']), 'plain'),
      ],
    },
    {
      name: '429s of KV, and errors that reached callers, since the beginning',
      most: 120_000,
      lines: [
        line(
          'ours',
          cumulative(flushing, 'rateLimited'),
          `ours: ${number(flushing.of('rateLimited'))} × 429,`,
        ),
        line('ours', cumulative(flushing, 'failed'), `and ${number(flushing.of('failed'))} errors`, {
          dashed: true,
        }),
        line('plain', cumulative(byHand, 'failed'), `plain: ${number(byHand.of('failed'))} errors`),
      ],
    },
  ],
  seconds / 60,
);
writeFileSync(join(results, 'limiter.svg'), svg);
console.log(rows.join('\n'));
console.log('✓ bench/results/limiter.md, bench/results/limiter.svg');
