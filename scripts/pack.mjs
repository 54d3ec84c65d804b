// Installs pkg/ into node_modules as `npm install` of the packed tarball would: never as a link.
import { existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { at, run } from './lib.mjs';

/** Packs a folder; returns the tarball's path. */
export function pack(folder = at('pkg'), into = at('target')) {
  mkdirSync(into, { recursive: true });
  const args = ['pack', '--json', '--pack-destination', into, '--ignore-scripts', '--loglevel=error'];
  const { stdout } = run('npm', args, { quiet: true, cwd: folder });
  const packed = JSON.parse(stdout);
  const [{ filename }] = Array.isArray(packed) ? packed : Object.values(packed);
  return join(into, filename);
}

export async function installPackage(changed) {
  const place = at('node_modules/@codex/cloudflare-clients');
  const there = existsSync(join(place, 'entries/workerd.js')) && !lstatSync(place).isSymbolicLink();
  if (there && !changed) return;
  const tarball = pack();
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', place], { quiet: true });
}
