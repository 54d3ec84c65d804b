// `npm run bench`: everything in one run, as a table and a chart in bench/results/.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { at, run } from '../scripts/lib.mjs';
import { bill } from './bill.mjs';
import { chart } from './chart.mjs';
import { misses } from './misses.mjs';
import { perCall } from './percall.mjs';
import { throughput } from './throughput.mjs';

const { lines, groups } = await perCall();
const sections = [lines, await misses(), await bill(), await throughput()];
const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}. Command: \`npm run bench\`.`;
const text = ['# Measured side by side', '', machine, ...sections.flatMap((section) => ['', ...section])];
writeFileSync(at('bench/results/bench.md'), `${text.join('\n')}\n`);
writeFileSync(at('bench/results/percall.svg'), chart(groups));
console.log('✓ bench/results/bench.md, bench/results/percall.svg');
// A process of its own: it moves the clock.
run('node', ['bench/limiter/run.mjs']);
