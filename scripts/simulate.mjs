// npm run simulate: histories of lost, late and repeated calls, checked against plain models.
import { build } from 'esbuild';
import { at } from './lib.mjs';

const outfile = at('target/simulate.mjs');
await build({
  entryPoints: [at('tests/simulation/main.ts')],
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
