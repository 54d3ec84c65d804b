// What a consumer installs is what the project has installed, and is linked from there: npm then unpacks the package
// alone. Nothing of ours is among it, and nothing that npm writes into again.
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { at } from '../../scripts/lib.mjs';

interface Locked {
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const MODULES = 'node_modules/';

/** Links the packages of these names, and all that they need, into the `node_modules` of a consumer. */
export function linkPackages(folder: string, names: readonly string[]): void {
  const { packages } = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  try {
    for (const path of needed(packages, names)) {
      linkFolder(at(path), join(folder, path));
      linkPrograms(folder, path, packages[path]?.bin ?? {});
    }
  } catch (error) {
    // The temporary folder is on another disk: npm unpacks what is missing.
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
  }
}

/** Where the packages lie, by the lock file. */
function needed(packages: Record<string, Locked>, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const open = names.map((name) => ({ name, from: '' }));
  for (const { name, from } of open) {
    const path = resolved(packages, name, from);
    // Of what is for other platforms there is nothing.
    if (!path || found.has(path) || !existsSync(at(path))) continue;
    found.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = packages[path] ?? {};
    const all = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    open.push(...Object.keys(all).map((next) => ({ name: next, from: path })));
  }
  return found;
}

/** As Node looks: in the package that asks, and in each folder above it. */
function resolved(packages: Record<string, Locked>, name: string, from: string): string | undefined {
  const path = join(from, MODULES, name);
  if (packages[path]) return path;
  if (from === '') return undefined;
  const above = from.lastIndexOf(`/${MODULES}`);
  return resolved(packages, name, above < 0 ? '' : from.slice(0, above));
}

function linkFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    // What lies within is needed by itself, or not at all.
    if (entry.isDirectory() && entry.name !== 'node_modules') linkFolder(source, target);
    else if (entry.isFile()) linkSync(source, target);
  }
}

// Without its programs npm would take a package for broken, and unpack it again.
function linkPrograms(folder: string, path: string, programs: Record<string, string>): void {
  const within = path.lastIndexOf(MODULES) + MODULES.length;
  for (const [program, file] of Object.entries(programs)) {
    const link = join(folder, path.slice(0, within), '.bin', program);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join('..', path.slice(within), file), link);
  }
}
