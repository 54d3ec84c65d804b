// The entry of every npm script: set-up, build, then the task under the project's own Node.
// (The shell that npm starts may remember the system's older Node from the first command.)
import { spawn } from 'node:child_process';
import { build } from './build.mjs';
import { at, env, runBeside, stop } from './lib.mjs';
import { unpackPrevious } from './previous.mjs';
import { installPackagesOf, setup } from './setup.mjs';

const vitest = ['node_modules/vitest/vitest.mjs'];
const TASKS = {
  setup: {},
  build: { build: 'force' },
  demo: { build: true, run: ['scripts/demo.mjs'] },
  dev: { build: true, run: ['scripts/dev.mjs'] },
  test: { build: true, faults: true, previous: true, run: ['scripts/test.mjs'] },
  'test:watch': {
    build: true,
    faults: true,
    previous: true,
    run: [...vitest, '--project', 'node', '--project', 'workerd'],
  },
  'test:coverage': { build: true, faults: true, run: [...vitest, 'run', '--coverage', '--project', 'node'] },
  simulate: { build: true, previous: true, run: ['scripts/simulate.mjs'] },
  'test:browser': { browser: true, build: true, run: [...vitest, 'run', '--project', 'browser'] },
  lint: { build: true, run: ['scripts/lint.mjs'] },
  size: { build: true, run: ['scripts/size.mjs'] },
  'publish:check': { build: true, run: ['scripts/publish_checks.mjs'] },
  release: { run: ['scripts/release.mjs'] },
  previous: { build: true, run: ['scripts/keep_previous.mjs'] },
  bench: { build: true, packages: 'bench', run: ['bench/run.mjs'] },
};

const [name, ...args] = process.argv.slice(2);
const task = TASKS[name];
if (!task) {
  console.error(`✗ No task "${name}": one of ${Object.keys(TASKS).join(', ')}`);
  process.exit(2);
}
await setup({ browser: task.browser ?? false });
const beside = task.faults ? buildForTests() : [];
if (task.previous) await unpackPrevious();
if (task.build) await build({ force: task.build === 'force' });
for (const { ok, output } of await Promise.all(beside))
  if (!ok) stop(`${output}\nA build failed (see above)`);
if (task.packages) installPackagesOf(task.packages);
if (task.run) {
  const child = spawn(at('node_modules/.bin/node'), [...task.run, ...args], {
    cwd: at('.'),
    env,
    stdio: 'inherit',
  });
  // Ctrl-C reaches the child through the terminal; a signal to this process is passed on.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

// What only tests need, beside the package: each build keeps one core busy.
function buildForTests() {
  const faults = "import('./scripts/build.mjs').then(({ buildFaults }) => buildFaults())";
  return [
    runBeside(process.execPath, ['-e', faults]),
    runBeside('cargo', ['test', '--no-run', '--quiet', '--locked']),
  ];
}
