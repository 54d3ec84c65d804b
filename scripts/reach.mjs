// The files of a package that its entries reach: the others need not be published.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const IMPORTED = /(?:from|import\(?|new URL\() ?['"](\.\.?\/[^'"]+)['"]/g;

/** The files that `exports` of a package.json reaches, by imports and `new URL('./…', import.meta.url)`. */
export function reached(folder, { exports }) {
  const found = new Set();
  const reach = (file) => {
    if (found.has(file)) return;
    found.add(file);
    if (!/\.(js|d\.ts)$/.test(file)) return;
    for (const [, name] of readFileSync(join(folder, file), 'utf8').matchAll(IMPORTED)) {
      const path = join(dirname(file), name);
      // Typings name each other as the JavaScript they describe.
      reach(file.endsWith('.d.ts') ? path.replace(/\.js$/, '.d.ts') : path);
    }
  };
  for (const entry of Object.values(exports)) {
    for (const file of typeof entry === 'string' ? [entry] : Object.values(entry)) reach(join('.', file));
  }
  return found;
}
