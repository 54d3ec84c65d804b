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
const bins = Array.from({ length: seconds / BIN }, (_, i) => i * BIN);
const operations = ({ perSecond }) =>
  bins.map((from) => {
    const part = perSecond.slice(from, from + BIN);
    return (total(part, 'reads') + total(part, 'writes')) / BIN;
  });
const sinceBegin = ({ perSecond }, field) => bins.map((from) => total(perSecond.slice(0, from + BIN), field));
const always = (value) => windowsOfOurs.map(() => value);

const [flushing, , byHand] = runs;
const windowsOfOurs = flushing.windows;
const svg = chart(
  [
    {
      name: `Admitted in each window of ${config.window} s, of ${number(requestsPerSecond * config.window)} requests`,
      most: Math.ceil(Math.max(...windowsOfOurs) / 2_000) * 2_000,
      lines: [
        { who: 'ours', points: windowsOfOurs, steps: true, label: 'ours' },
        { who: 'plain', points: byHand.windows, steps: true, label: 'plain: fails' },
        {
          who: 'bound',
          points: always(locations.length * config.limit),
          steps: true,
          dashed: true,
          label: `${locations.length} × limit: the least on KV`,
        },
        {
          who: 'bound',
          points: always(config.limit),
          steps: true,
          dashed: true,
          label: 'limit: one exact counter',
        },
      ],
    },
    {
      name: 'KV operations a second',
      most: 400,
      lines: [
        { who: 'ours', points: operations(flushing), label: 'ours' },
        { who: 'plain', points: operations(byHand), label: 'plain' },
      ],
    },
    {
      name: '429s of KV, and errors that reached callers, since the beginning',
      most: 120_000,
      lines: [
        {
          who: 'ours',
          points: sinceBegin(flushing, 'rateLimited'),
          label: `ours: ${number(flushing.of('rateLimited'))} × 429,`,
        },
        {
          who: 'ours',
          points: sinceBegin(flushing, 'failed'),
          dashed: true,
          label: `and ${number(flushing.of('failed'))} errors`,
        },
        {
          who: 'plain',
          points: sinceBegin(byHand, 'failed'),
          label: `plain: ${number(byHand.of('failed'))} errors`,
        },
      ],
    },
  ],
  seconds / 60,
);
writeFileSync(join(results, 'limiter.svg'), svg);
console.log(rows.join('\n'));
console.log('✓ bench/results/limiter.md, bench/results/limiter.svg');
