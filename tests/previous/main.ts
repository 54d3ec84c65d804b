// Writes the snapshots of the previous version: see README.md.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { snapshotFiles } from './files.js';

const files = await snapshotFiles();
for (const folder of new Set([...files.keys()].map(dirname))) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
for (const [path, text] of files) writeFileSync(path, text);
console.log(`✓ ${[...files.keys()].join(', ')}`);
