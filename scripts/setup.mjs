// Prepares a fresh machine (Node 20, npm, Rust by rustup) for the build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './chromium.mjs';
import { at, hashOf, once, run, runBeside, step, stop, TOOLS, toolRoot, toolsDir } from './lib.mjs';

// How long a step may run without output.
const SILENCE_MS = 20_000;

export async function setup({ browser = false } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 16)) {
    stop(`Node ${process.versions.node} is too old: install Node 20.16 or newer`);
  }
  addWasmTarget();
  // npm waits for the network while cargo computes.
  await Promise.all([installPackages(), buildTools()]);
  if (browser) installBrowser();
}

async function installPackages() {
  const manifests = readdirSync(at('examples')).map((name) => `examples/${name}/package.json`);
  const key = hashOf(['package.json', 'package-lock.json', '.npmrc', ...manifests]);
  await once(
    'npm',
    key,
    () => existsSync(at('node_modules/.bin/node')),
    async () => {
      step('Installing npm packages', '1 minute');
      const ends = progress('npm packages', () => 'installing');
      // Not `npm ci`: that insists on the optional packages of every platform, and a registry that serves
      // one platform only does not have them. With `--no-save` the lock file is used and not changed.
      const args = ['install', '--no-save', '--loglevel=error', '--no-progress'];
      const { ok, output } = await runBeside('npm', args).finally(ends);
      if (!ok) stop(`${output}\nnpm install failed (see above): it needs a registry that it can reach`);
      console.log('✓ npm packages');
    },
  );
}

/** Installs the packages of a folder that is no workspace, unless they are there. */
export function installPackagesOf(folder) {
  if (existsSync(at(folder, 'node_modules'))) return;
  step(`Installing the npm packages of ${folder}/`, '10 seconds');
  run('npm', ['install', '--no-save', '--loglevel=error', '--no-progress'], { cwd: at(folder) });
}

function addWasmTarget() {
  const rustc = spawnSync('rustc', ['--print', 'target-libdir', '--target', 'wasm32-unknown-unknown'], {
    encoding: 'utf8',
    cwd: at('.'),
  });
  if (rustc.error || rustc.status !== 0) stop('Rust is missing: install it by rustup (https://rustup.rs)');
  if (existsSync(rustc.stdout.trim())) return;
  step('Adding the wasm32-unknown-unknown target to Rust', '10 seconds');
  const added = run('rustup', ['target', 'add', 'wasm32-unknown-unknown'], {
    quiet: true,
    allowFailure: true,
  });
  if (!added.ok) {
    stop(
      'The Rust target is missing: run `rustup target add wasm32-unknown-unknown` where rustup can download',
    );
  }
}

// One after the other: each keeps all cores busy, and the second reuses the crates that both need.
async function buildTools() {
  const missing = TOOLS.filter((tool) => !isThere(tool));
  if (missing.length > 0)
    step(`Building ${missing.map(named).join(' and ')}, once for this machine`, '2 minutes');
  for (const tool of missing) {
    let done = 'fetching its sources';
    const ends = progress(named(tool), () => done);
    const onOutput = (text) => {
      const counts = [...text.matchAll(/\] (\d+)\/(\d+)/g)].at(-1);
      if (counts) done = `${counts[1]} of ${counts[2]} crates`;
    };
    const extraEnv = { ...CARGO, CARGO_TERM_PROGRESS_WHEN: 'always', CARGO_TERM_PROGRESS_WIDTH: '100' };
    const { ok, output } = await runBeside('cargo', installation(tool), { extraEnv, onOutput }).finally(ends);
    if (!ok) toolFailed(tool, output.replaceAll(/.*\r/g, ''));
    console.log(`✓ ${named(tool)}`);
  }
}

/** Builds a tool unless it is there. */
export function installTool(tool) {
  if (isThere(tool)) return;
  step(`Building ${named(tool)}, once for this machine`, `${tool.minutes} minutes`);
  const options = { quiet: true, allowFailure: true, extraEnv: CARGO };
  const { ok, stderr } = run('cargo', [...installation(tool), '--quiet'], options);
  if (!ok) toolFailed(tool, stderr);
}

// A tool that runs for a second need not be optimised for minutes.
const CARGO = {
  CARGO_TARGET_DIR: join(toolsDir, 'target'),
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '0',
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
};
const named = ({ crate, version }) => `${crate} ${version}`;
const isThere = (tool) => existsSync(join(toolRoot(tool), 'bin', tool.bin));
const installation = (tool) => [
  'install',
  tool.crate,
  '--version',
  tool.version,
  '--root',
  toolRoot(tool),
  ...tool.flags,
];

function toolFailed(tool, output) {
  process.stderr.write(output);
  stop(
    `${tool.crate} could not be built: it needs crates.io and a C compiler (Debian: apt-get install build-essential)`,
  );
}

/** Prints the progress of a step every 20 seconds, until the function that it returns is called. */
function progress(what, how) {
  const started = Date.now();
  const timer = setInterval(() => {
    console.log(`  ${what}: ${how()}, ${Math.round((Date.now() - started) / 1_000)} s`);
  }, SILENCE_MS);
  return () => clearInterval(timer);
}

function installBrowser() {
  if (findChromium()) return;
  const isRoot = process.getuid?.() === 0;
  if (isRoot && spawnSync('apt-get', ['--version']).status === 0) {
    step("Installing Debian's chromium", '1 minute');
    run('apt-get', ['update', '-qq'], { quiet: true, allowFailure: true });
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      quiet: true,
      allowFailure: true,
      extraEnv: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  if (!findChromium()) {
    stop(
      'The browser tests need Chromium or Chrome: install one (Debian: apt-get install chromium) or set CHROMIUM_PATH',
    );
  }
}

if (import.meta.url === `file://${process.argv[1]}`)
  await setup({ browser: process.argv.includes('--browser') });
