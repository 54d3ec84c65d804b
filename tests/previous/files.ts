// The files of snapshots: a folder for each version, a file for each subject in it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loaderOf, PREVIOUS } from '../simulation/load.js';
import { snapshotsOf } from './recorder.js';
import { SCENES } from './scenes/index.js';
import { type Snapshots, toJson } from './snapshot.js';

/** What the files of the previous version hold, by their paths. */
export async function snapshotFiles(): Promise<Map<string, string>> {
  const manifest = join(PREVIOUS, 'node_modules/@codex/cloudflare-clients/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const load = await loaderOf('objects', PREVIOUS);
  const files = new Map<string, string>();
  for (const [subject, scenes] of Object.entries(SCENES)) {
    const text = textOf(await snapshotsOf(scenes, load));
    files.set(join('tests/previous/snapshots', version, `${subject}.json`), text);
  }
  return files;
}

// A row and a call on a line of its own, so that a difference is read as one.
function textOf(snapshots: Snapshots): string {
  return `${lines(toJson(snapshots), '', 5)}\n`;
}

function lines(value: unknown, indent: string, depth: number): string {
  if (typeof value !== 'object' || value === null || depth === 0) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(
    ([key, inner]) =>
      `${indent} ${isList ? '' : `${JSON.stringify(key)}: `}${lines(inner, `${indent} `, depth - 1)}`,
  );
  const [open, close] = isList ? '[]' : '{}';
  return parts.length ? `${open}\n${parts.join(',\n')}\n${indent}${close}` : `${open}${close}`;
}
