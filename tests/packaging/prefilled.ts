import { linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../../scripts/lib.mjs';

/**
 * Fills the `node_modules` of a consumer with what the project has installed, as hard links: npm then takes away
 * what the consumer does not name, instead of unpacking a hundred packages. Nothing of ours is among them, and
 * nothing that npm writes into again. Where links cannot be made, npm installs everything itself.
 */
export function linkPackages(folder: string): void {
  const from = at('node_modules');
  const to = join(folder, 'node_modules');
  mkdirSync(to);
  try {
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      const { name } = entry;
      if (name.startsWith('.') || name === '@codex' || !entry.isDirectory()) continue;
      linkFolder(join(from, name), join(to, name));
    }
  } catch (error) {
    // The temporary folder is on another disk.
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
  }
}

function linkFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else if (entry.isFile()) linkSync(source, target);
  }
}
