import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { snapshotFiles } from '../previous/files.js';

it('the snapshots in tests/previous are what the previous version stores', async () => {
  for (const [path, text] of await snapshotFiles()) expect(readFileSync(path, 'utf8'), path).toBe(text);
});
