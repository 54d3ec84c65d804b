// All tests except the browser's: the Rust models natively, then Node, workerd, server processes and packaging.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, step } from './lib.mjs';

const names = process.argv.slice(2);
const projects = names.length ? names : ['node', 'workerd', 'simulation', 'server', 'packaging'];

step('Testing the Rust models natively', '20 seconds at first');
const cargo = run('cargo', ['test', '--quiet', '--locked'], { quiet: true });
const [, models] = /(\d+) passed/.exec(cargo.stdout) ?? [];
console.log(`✓ ${models} tests of the models`);

step('Testing the package in Node, in workerd and as an installed tarball', '3 minutes');
const folder = mkdtempSync(join(tmpdir(), 'cloudflare-clients-'));
const results = join(folder, 'results.json');
const selected = projects.flatMap((project) => ['--project', project]);
const vitest = run(
  'vitest',
  ['run', ...selected, '--reporter=default', '--reporter=json', `--outputFile.json=${results}`],
  { allowFailure: true },
);
const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(results, 'utf8'));
rmSync(folder, { recursive: true });
console.log(`\n${passed + Number(models)} passed, ${failed} failed`);
process.exit(vitest.ok ? 0 : 1);
