// Shared by the scripts: paths, running commands, hashes of inputs. Node 20, no packages.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const at = (...parts) => join(root, ...parts);

/** Built tools are kept outside the project, so that no clean removes them: they take minutes to build. */
export const toolsDir = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'codex-cloudflare-clients',
  'tools',
);

/** Pinned. `wasm-bindgen` must be exactly the version of the crate in Cargo.toml. */
export const TOOLS = [
  {
    crate: 'wasm-bindgen-cli',
    bin: 'wasm-bindgen',
    version: '0.2.130',
    // Without its test runner, the only part that needs TLS.
    flags: ['--no-default-features', '--bin', 'wasm-bindgen'],
  },
  { crate: 'wasm-pack', bin: 'wasm-pack', version: '0.15.1', flags: ['--locked'] },
];
export const toolRoot = ({ crate, version }) => join(toolsDir, `${crate}-${version}`);

export const env = {
  ...process.env,
  PATH: [at('node_modules/.bin'), ...TOOLS.map((tool) => join(toolRoot(tool), 'bin')), process.env.PATH].join(
    delimiter,
  ),
  // Local workerd must work, and be quiet, without the internet.
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
};

/** Ends the script with one line that says what to do. */
export function stop(message) {
  console.error(`✗ ${message}`);
  process.exit(1);
}

/** Runs a command; with `quiet` its output is shown only when it fails. */
export function run(command, args, { quiet = false, allowFailure = false, cwd = root, extraEnv = {} } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...env, ...extraEnv },
    encoding: 'utf8',
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    maxBuffer: 1 << 28,
  });
  const ok = result.status === 0;
  if (!ok && quiet && !allowFailure) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  if (!ok && !allowFailure) stop(`${command} ${args.slice(0, 3).join(' ')} failed (see above)`);
  return { ok, stdout: result.stdout ?? '', stderr: result.stderr ?? '' };
}

/**
 * Runs a command beside other work; `onOutput` is called with its output, which is also in the result. It ends with
 * this process.
 */
export function runBeside(command, args, { cwd = root, extraEnv = {}, onOutput = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...env, ...extraEnv },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = () => child.kill();
    process.once('exit', end);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (more) => {
        output += more;
        onOutput(more);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', end);
      resolve({ ok: code === 0, output });
    });
  });
}

function* files(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) yield path;
  else
    for (const name of readdirSync(path).sort()) {
      if (name !== 'node_modules') yield* files(join(path, name));
    }
}

/** A hash of files and folders, by name and content. */
export function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of files(at(path))) hash.update(relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Runs `work` unless it ran before with the same key and `isThere` still holds. */
export async function once(name, key, isThere, work) {
  const stamp = at('node_modules/.stamps', name);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key && isThere()) return false;
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
  return true;
}

/** Prints what is being done, and how long it takes on a machine of two cores. */
export function step(text, about) {
  console.log(`→ ${text}${about ? ` (about ${about})` : ''}`);
}
