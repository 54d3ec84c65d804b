// Builds the example when one of its inputs has changed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { EXAMPLE, ROOT, WORKER } from './paths.mjs';

const INPUTS = [
  'scripts/example/build.mjs',
  'examples/sveltekit/src',
  'examples/sveltekit/static',
  'examples/sveltekit/_headers',
  'examples/shared/src',
  'examples/sveltekit/package.json',
  'examples/sveltekit/svelte.config.js',
  'examples/sveltekit/vite.config.ts',
  'examples/sveltekit/tsconfig.json',
  'examples/sveltekit/wrangler.adapter.jsonc',
  'node_modules/@codex/cloudflare-clients',
  'package-lock.json',
];
const STAMP = `${EXAMPLE}/.svelte-kit/built-from`;

/** Returns whether it had to be built. */
export async function buildExample({ onBuild = () => {} } = {}) {
  const wanted = hashInputs();
  if (existsSync(WORKER) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return false;
  onBuild();
  await run('vite', ['build', '--logLevel', 'warn'], {
    cwd: EXAMPLE,
    // A test runner sets another value, and the result would be a development build.
    env: { NODE_ENV: 'production' },
    advice: 'fix what the output above names, then run the command again.',
  });
  writeFileSync(STAMP, wanted);
  return true;
}

function hashInputs() {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    for (const file of filesUnder(join(ROOT, input))) {
      hash.update(file).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (cause) {
    if (cause.code === 'ENOTDIR') return [path];
    throw cause;
  }
}
