// Runs TypeScript of tests/ under Node, outside of vitest.
import { build } from 'esbuild';
import { at } from './lib.mjs';

/** Bundles a file into target/ under a name, and runs it. */
export async function runBundled(file, name) {
  const outfile = at('target', `${name}.mjs`);
  await build({
    entryPoints: [at(file)],
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    sourcemap: 'inline',
  });
  process.setSourceMapsEnabled(true);
  await import(outfile);
}
