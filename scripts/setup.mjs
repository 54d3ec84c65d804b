// Brings a fresh machine (Node 20, npm, Rust by rustup) to where everything can be built.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './chromium.mjs';
import { at, hashOf, once, run, step, stop, TOOLS, toolRoot, toolsDir } from './lib.mjs';

export async function setup({ browser = false } = {}) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) stop(`Node ${process.versions.node} is too old: install Node 20 or newer`);
  await installPackages();
  addWasmTarget();
  for (const tool of TOOLS) installTool(tool);
  if (browser) installBrowser();
}

async function installPackages() {
  const manifests = readdirSync(at('examples')).map((name) => `examples/${name}/package.json`);
  const key = hashOf(['package.json', 'package-lock.json', '.npmrc', ...manifests]);
  await once(
    'npm',
    key,
    () => existsSync(at('node_modules/.bin/node')),
    () => {
      step('Installing npm packages', '1 minute');
      // Not `npm ci`: that insists on the optional packages of every platform, and a registry that serves
      // one platform only has not got them. With `--no-save` the lock file is obeyed and left alone.
      run('npm', ['install', '--no-save', '--loglevel=error', '--no-progress']);
    },
  );
}

/** The packages of a folder that is no workspace, when they are wanted. */
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

export function installTool(tool) {
  const { crate, bin, version, locked, minutes } = tool;
  if (existsSync(join(toolRoot(tool), 'bin', bin))) return;
  step(`Building ${crate} ${version}, once for this machine`, `${minutes} minutes`);
  const args = ['install', crate, '--version', version, '--root', toolRoot(tool), '--quiet'];
  // A tool that runs for a second need not be optimised for minutes.
  const extraEnv = {
    CARGO_TARGET_DIR: join(toolsDir, 'target'),
    CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  };
  const built = run('cargo', locked ? [...args, '--locked'] : args, {
    quiet: true,
    allowFailure: true,
    extraEnv,
  });
  if (!built.ok) {
    process.stderr.write(built.stderr);
    stop(
      `${crate} could not be built: it needs crates.io and a C compiler (Debian: apt-get install build-essential)`,
    );
  }
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
