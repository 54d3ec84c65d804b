// What docs/architecture.md says of the tree: a subject has one name, and no files import each other in a circle.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { at } from '../../scripts/lib.mjs';

const SUBJECTS = ['session', 'rate_limit', 'cart', 'cache', 'kv', 'coordination', 'auth_storage'];

const filesOf = (folder: string, ending: RegExp) =>
  readdirSync(at(folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => ending.test(name) && statSync(at(name)).isFile());

it.each(SUBJECTS)('%s has a room in src/, in js/ and in tests/', (subject) => {
  for (const folder of ['src', 'js']) expect(existsSync(at(folder, subject))).toBe(true);
  const kinds = ['node', 'workerd', 'server', 'suites'].filter((kind) =>
    existsSync(at('tests', kind, subject)),
  );
  expect(kinds).not.toEqual([]);
});

it('has at most eight files at the top of js/', () => {
  const top = readdirSync(at('js'), { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(top.length).toBeLessThanOrEqual(8);
});

/** The files that a file of js/ imports, types too. */
function importedByTypeScript(file: string): string[] {
  const text = readFileSync(at(file), 'utf8');
  return [...text.matchAll(/(?:from|import\(?) ?'(\.\.?\/[^']+)\.js'/g)].flatMap(([, path = '']) => {
    const name = join(dirname(file), path);
    return [`${name}.ts`, `${name}.d.ts`].filter((candidate) => existsSync(at(candidate)));
  });
}

/** The files whose names a file of src/ uses. A module's own declaration of its children is not a use. */
function importedByRust(file: string): string[] {
  const text = readFileSync(at(file), 'utf8').replace(/#\[cfg\(test\)\]\s*mod \w+ \{[\s\S]*$/, '');
  return [...text.matchAll(/^(?:pub(?:\([^)]*\))? )?use ([^;]+);/gm)]
    .flatMap(([, tree = '']) => pathsOf(tree.replace(/\s+/g, '')))
    .flatMap((path) => moduleOf(path.split('::'), file) ?? []);
}

// `a::{b,c::{d}}` as `a::b` and `a::c::d`.
function pathsOf(tree: string): string[] {
  const open = tree.indexOf('{');
  if (open < 0) return [tree];
  const parts: string[] = [];
  let [depth, part] = [0, ''];
  for (const letter of tree.slice(open + 1, -1)) {
    depth += letter === '{' ? 1 : letter === '}' ? -1 : 0;
    if (letter === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += letter;
  }
  return [...parts, part].filter(Boolean).flatMap((inner) => pathsOf(tree.slice(0, open) + inner));
}

// The longest beginning of a path that is a file.
function moduleOf([first, ...rest]: string[], file: string): string | undefined {
  const inside = /\/(mod|lib)\.rs$/.test(file) ? dirname(file) : file.replace(/\.rs$/, '');
  let folder =
    first === 'crate' ? 'src' : first === 'super' ? dirname(inside) : first === 'self' ? inside : '';
  if (!folder) return undefined;
  for (; rest[0] === 'super'; rest.shift()) folder = dirname(folder);
  for (let n = rest.length; n >= 0; n--) {
    const name = join(folder, ...rest.slice(0, n));
    const found = [`${name}.rs`, join(name, 'mod.rs')].find((candidate) => existsSync(at(candidate)));
    if (found && found !== file) return found;
  }
  return undefined;
}

/** A path from a file to itself, if there is one. */
function circle(files: string[], imported: (file: string) => string[]): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: string[]): string[] | undefined => {
    const met = way.indexOf(file);
    if (met >= 0) return [...way.slice(met), file];
    if (done.has(file)) return undefined;
    for (const next of imported(file)) {
      const found = visit(next, [...way, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const found = visit(file, []);
    if (found) return found;
  }
  return undefined;
}

it('has no circle of files in js/', () => {
  const files = filesOf('js', /\.ts$/);
  expect(files.length).toBeGreaterThan(50);
  expect(circle(files, importedByTypeScript)).toBeUndefined();
});

it('has no circle of files in src/', () => {
  const files = filesOf('src', /\.rs$/).filter((file) => !/\/tests\.rs$|late_calls\.rs$/.test(file));
  expect(files.length).toBeGreaterThan(80);
  expect(files.flatMap(importedByRust).length).toBeGreaterThan(300);
  expect(circle(files, importedByRust)).toBeUndefined();
});
