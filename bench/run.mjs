// `npm run bench`: everything in one run, as tables and charts in bench/results/; `npm run bench objects`: the
// objects alone, with `rows` only what they write, with `split` where their time goes, with `carts`, `layouts`, `limiter`,
// `sessions` or `spread` that section anew; `npm run bench versions FOLDER`:
// the calls of every request, beside another version's; `npm run bench crossings`: ways to make an object.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { at, run } from '../scripts/lib.mjs';
import { bill } from './bill.mjs';
import { chart } from './chart.mjs';
import { crossings } from './crossings.mjs';
import { misses } from './misses.mjs';
import { objects } from './objects/run.mjs';
import { perCall } from './percall.mjs';
import { throughput } from './throughput.mjs';
import { versions } from './versions.mjs';

if (process.argv[2] === 'objects') {
  await objects(process.argv[3]);
  process.exit();
}
if (process.argv[2] === 'crossings') {
  await crossings();
  process.exit();
}
if (process.argv[2] === 'versions') {
  await versions(process.argv[3]);
  process.exit();
}
const { lines, groups } = await perCall();
const sections = [lines, await misses(), await bill(), await throughput()];
const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}. Command: \`npm run bench\`.`;
const text = ['# Measured side by side', '', machine, ...sections.flatMap((section) => ['', ...section])];
writeFileSync(at('bench/results/bench.md'), `${text.join('\n')}\n`);
writeFileSync(at('bench/results/percall.svg'), chart(groups));
console.log('✓ bench/results/bench.md, bench/results/percall.svg');
await objects();
// A process of its own: it moves the clock.
run('node', ['bench/limiter/run.mjs']);
