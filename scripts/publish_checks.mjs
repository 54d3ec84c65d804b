// The checks before the package is published, one line for each. A check whose database cannot be reached says so
// in its line, and is no failure.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, run, toolRoot } from './lib.mjs';
import { pack } from './pack.mjs';
import { installTool } from './setup.mjs';

const DENY = { crate: 'cargo-deny', bin: 'cargo-deny', version: '0.20.2', flags: ['--locked'], minutes: 2 };

const folder = mkdtempSync(join(tmpdir(), 'codex-publish-'));
try {
  const tarball = pack(at('pkg'), folder);
  tool('publint', ['run', tarball, '--strict']);
  // The package is ESM only: `require`, and resolution that knows no `exports` (node10), are not promised.
  tool('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']);
  crates();
  npmPackages(tarball);
  publish();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function tool(name, args) {
  report(name, run(name, args, { quiet: true, allowFailure: true }));
}

function crates() {
  installTool(DENY);
  const deny = (...args) =>
    run(join(toolRoot(DENY), 'bin', DENY.bin), ['--locked', ...args], { quiet: true, allowFailure: true });
  report('cargo deny: bans, licenses, sources', deny('check', 'bans', 'licenses', 'sources'));
  const fetched = deny('fetch', 'db');
  if (fetched.ok) report('cargo deny: advisories', deny('check', '--disable-fetch', 'advisories'));
  else unchecked('cargo deny: advisories', 'the database (github.com/RustSec/advisory-db) cannot be fetched');
}

/** The packages that are installed with the package. */
function npmPackages(tarball) {
  const cwd = join(folder, 'user');
  const npm = (...args) =>
    run('npm', [...args, '--loglevel=error'], { quiet: true, allowFailure: true, cwd });
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }');
  const lock = npm('install', '--package-lock-only', '--ignore-scripts', tarball);
  if (!lock.ok) return report('npm audit', lock);
  // `--audit`: where a .npmrc says audit=false, npm makes no request and finds nothing.
  const audit = npm('audit', '--omit=dev', '--json', '--audit');
  const result = JSON.parse(audit.stdout);
  // Only a missing endpoint is no failure; any other error may hide a finding.
  const missing = /\/-\/npm\/v1\/security\//.test(result.message);
  if (missing) unchecked('npm audit', `the registry does not serve it (${result.message})`);
  else report('npm audit', audit);
}

function publish() {
  const args = ['publish', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const dry = run('npm', args, { quiet: true, allowFailure: true, cwd: at('pkg') });
  // Between two releases; `npm run release` makes the next version.
  const published = /previously published versions/.test(dry.stdout + dry.stderr);
  if (published) return unchecked('npm publish --dry-run', 'this version is published');
  report('npm publish --dry-run', dry);
  if (!dry.ok) return;
  const result = JSON.parse(dry.stdout);
  // npm 10 prints the package; npm 11 an object of packages.
  const { id, files, size } = result.files ? result : Object.values(result)[0];
  console.log(`  ${id}, ${(size / 1024).toFixed(1)} KB packed: ${files.map(({ path }) => path).join(', ')}`);
}

function report(name, { ok, stdout, stderr }) {
  console.log(ok ? `✓ ${name}` : `✗ ${name}\n${stdout}${stderr}`);
  if (!ok) process.exitCode = 1;
}

function unchecked(name, why) {
  console.log(`– ${name}: not checked, ${why}`);
}
