// `npm run bench objects`: what the classes write, and how fast they are beside plain TypeScript, side by side in one
// workerd. A Worker of the same process calls them. With `rows` it only counts what they write, with `split` it tells
// where the time of a call goes; both print, and write no file.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { at } from '../../scripts/lib.mjs';
import { rowsSection } from './rows/table.mjs';
import { cartSection, layoutSection, limiterSection, sessionSection } from './sections.mjs';
import { program, serve } from './server.mjs';
import { splitSection } from './split/table.mjs';
import { spreadSection } from './spread.mjs';

const CLASSES = {
  CART_DO: 'CartDurableObject',
  SESSION_DO: 'SessionDurableObject',
  RATE_LIMIT_DO: 'RateLimitDurableObject',
  EMPTY: 'Empty',
  REPLIES: 'Replies',
  PLAIN_CART: 'PlainCart',
  PLAIN_LIMITER: 'PlainLimiter',
  PLAIN_SESSION: 'PlainSession',
  ROWS: 'RowsLayout',
  VALUE: 'ValueLayout',
  MEMORY: 'MemoryLayout',
};

const SPEED = [
  '"A second" is how many calls a Worker makes in a process after 3,000 others; "cold" is the same of the first 200 calls',
  'of a fresh process, the median of five. p50 and p99 are taken from outside, by HTTP. The first lines of a table are the',
  'limit of what can be reached: calls from plain TypeScript that do nothing, or write one row, without a time limit. The',
  'target for p99 is 1.15 of theirs.',
];

const SECTIONS = {
  carts: cartSection,
  layouts: layoutSection,
  limiter: limiterSection,
  sessions: sessionSection,
  spread: spreadSection,
};
const RESULTS = at('bench/results/objects.md');

// Sections of one process, as the lines of each.
async function measured(sections) {
  const bench = await program('bench/objects/worker.mjs', CLASSES);
  return serve(bench, async (send) => {
    const lines = [];
    for (const section of sections) lines.push(await section({ send, program: bench }));
    return lines;
  });
}

const machine = (command) =>
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}. Command: \`npm run bench objects${command}\`.`;

// Measures one section anew, in its place.
async function remeasured(name) {
  const [[title, ...lines]] = await measured([SECTIONS[name]]);
  const parts = readFileSync(RESULTS, 'utf8').split(/^(?=## )/m);
  const i = parts.findIndex((part) => part.startsWith(`${title}\n`));
  parts[i] = [title, '', machine(` ${name}`), ...lines, '', ''].join('\n');
  writeFileSync(RESULTS, `${parts.join('').trimEnd()}\n`);
  console.log(`✓ bench/results/objects.md, "${title}"`);
}

/** `only`: `rows` or `split`, or a section to be measured anew; else all but the split. */
export async function objects(only) {
  if (only in SECTIONS) {
    console.log(`→ objects against plain TypeScript in workerd: ${only} (2 to 4 minutes)`);
    await remeasured(only);
    return;
  }
  if (only === 'rows') {
    console.log('→ rows that the objects write (about 15 seconds)');
    await rowsSection();
    return;
  }
  if (only === 'split') {
    console.log('→ where the time of a call goes (about 3 minutes)');
    await measured([splitSection]);
    return;
  }
  console.log('→ objects against plain TypeScript in workerd (about 12 minutes)');
  const sections = [
    await rowsSection(),
    ['## Speed', '', ...SPEED],
    ...(await measured(Object.values(SECTIONS))),
  ];
  const text = ['# Objects, measured side by side in one workerd', '', machine('')];
  for (const lines of sections) text.push('', ...lines);
  writeFileSync(RESULTS, `${text.join('\n')}\n`);
  console.log('✓ bench/results/objects.md, bench/results/objects.svg');
}

if (process.argv[1] === import.meta.filename) await objects(process.argv[2]);
