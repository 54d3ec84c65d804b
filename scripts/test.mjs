// All tests except the browser's: the Rust models natively, and beside them Node, workerd, server processes and
// packaging. Names of vitest's projects run these alone; `--all` runs what takes long and repeats another leg, too.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, env, runBeside, step } from './lib.mjs';

const ALL = '--all';
const args = process.argv.slice(2);
const all = args.includes(ALL);
const names = args.filter((arg) => arg !== ALL);
const projects = names.length ? names : ['node', 'workerd', 'simulation', 'server', 'packaging'];

step(
  'Testing the models in Rust, and the package in Node, in workerd and as an installed tarball',
  '4 minutes',
);
if (!all) {
  console.log(
    '– left to `npm test -- --all`: SvelteKit 3, whose adapter is a prerelease; Nitro, OpenNext, webpack, Rollup; Node 20; the old compatibility date under wrangler; half of the simulation’s seeds',
  );
}
const models = runBeside('cargo', ['test', '--quiet', '--locked']);
const { ok, passed, failed } = await vitest();
const cargo = await models;
const [, native] = /(\d+) passed/.exec(cargo.output) ?? [];
if (cargo.ok) console.log(`\n✓ ${native} tests of the models in Rust`);
else console.error(`\n${cargo.output}\n✗ cargo test failed (see above)`);
console.log(
  `${passed + Number(native ?? 0)} passed, ${failed} failed${cargo.ok ? '' : ', and the models in Rust'}`,
);
process.exit(ok && cargo.ok ? 0 : 1);

async function vitest() {
  const folder = mkdtempSync(join(tmpdir(), 'cloudflare-clients-'));
  const results = join(folder, 'results.json');
  const selected = projects.flatMap((project) => ['--project', project]);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const child = spawn(
    process.execPath,
    [at('node_modules/vitest/vitest.mjs'), 'run', ...selected, ...reporters],
    {
      cwd: at('.'),
      env: { ...env, TEST_LEGS: all ? 'all' : '' },
      stdio: 'inherit',
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  const result = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
  rmSync(folder, { recursive: true });
  return { ok: code === 0, passed: result.numPassedTests ?? 0, failed: result.numFailedTests ?? 0 };
}
