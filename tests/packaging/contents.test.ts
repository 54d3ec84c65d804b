import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { at } from '../../scripts/lib.mjs';

let folder: string;
let files: string[];
const path = (file: string) => join(folder, 'package', file);
const text = (file: string) => readFileSync(path(file), 'utf8');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codex-tarball-'));
  execFileSync('tar', ['-xzf', inject('tarball'), '-C', folder]);
  files = readdirSync(join(folder, 'package'), { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(path(file)).isFile())
    .sort();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

// What wasm-bindgen wrote: there is no source of it.
const isGlue = (file: string) =>
  file.endsWith('.js') && /^\/\/ Built by .* from wasm-bindgen/.test(text(file));
// What brings a wasm into the module graph.
const isLoader = (file: string) => file.endsWith('.js') && /['"][^'"\n]+\.wasm['"]/.test(text(file));

test('has what its exports name, the wasm of clients and of objects, a README and a licence', () => {
  const named = Object.values(manifest().exports).flatMap((door) =>
    typeof door === 'string' ? [door] : Object.values(door),
  );
  expect(files).toEqual(
    expect.arrayContaining(['LICENSE', 'README.md', ...named.map((file) => join('.', file))]),
  );
  const modules = files.filter((file) => file.endsWith('.wasm'));
  expect(modules.map((file) => basename(file)).sort()).toEqual(['clients.wasm', 'objects.wasm']);
  for (const file of modules) expect(WebAssembly.validate(readFileSync(path(file))), file).toBe(true);
});

test('has nothing that is not reached from an entry', () => {
  const { './package.json': _, ...doors } = manifest().exports;
  const reached = new Set(['package.json', 'README.md', 'LICENSE']);
  for (const { types, ...entries } of Object.values(doors)) {
    for (const entry of Object.values(entries)) reach(entry, reached);
    reachTypes(types, reached);
  }
  for (const file of [...reached]) if (existsSync(path(`${file}.map`))) reached.add(`${file}.map`);
  expect(files.filter((file) => !reached.has(file))).toEqual([]);
});

test('runs no scripts, and needs no other package', () => {
  const { scripts, dependencies, optionalDependencies, ...rest } = manifest();
  expect({ scripts, dependencies, optionalDependencies }).toEqual({});
  expect(rest).toMatchObject({ name: '@codex/cloudflare-clients', type: 'module', license: 'MIT' });
  // What it works together with is there or not: its typings too do without.
  const { peerDependencies, peerDependenciesMeta } = rest;
  const peers = Object.keys(peerDependencies);
  expect(peerDependenciesMeta).toEqual(Object.fromEntries(peers.map((name) => [name, { optional: true }])));
  for (const file of files.filter((file) => /\.(js|d\.ts)$/.test(file))) {
    const imported = [...text(file).matchAll(/(?:from|import\(?) ?['"]([^'"]+)['"]/g)].map(
      ([, name]) => name,
    );
    for (const peer of peers) expect(imported, file).not.toContain(peer);
  }
});

test('gives workerd its entry before Node, and keeps bundlers from dropping what loads the wasm', () => {
  const { exports, sideEffects } = manifest();
  // Wrangler sets `browser` too, and vitest with a DOM both `node` and `browser`.
  for (const path of ['.', './better-auth', './durable-objects'] as const) {
    expect(Object.keys(exports[path])).toEqual(['types', 'workerd', 'node', 'browser', 'default']);
  }
  // An entry is imported for what it does besides: it hands the wasm over.
  const entries = Object.values(exports).flatMap((door) =>
    typeof door === 'string'
      ? []
      : Object.entries(door).flatMap(([kind, file]) => (kind === 'types' ? [] : [file])),
  );
  const loading = entries.filter((entry) => {
    const reached = new Set<string>();
    reach(entry, reached);
    return [...reached].some(isLoader);
  });
  expect(loading).not.toEqual([]);
  const needed = new Set([...loading.map((file) => join('.', file)), ...files.filter(isLoader)]);
  const patterns = sideEffects.map(
    (glob) => new RegExp(`^${join('.', glob).replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`),
  );
  const kept = files.filter((file) => file.endsWith('.js') && patterns.some((pattern) => pattern.test(file)));
  expect(kept).toEqual([...needed].sort());
});

test('has the source in the maps', () => {
  const maps = files.filter((file) => file.endsWith('.map'));
  expect(maps).toEqual(
    files.filter((file) => file.endsWith('.js') && !isGlue(file)).map((file) => `${file}.map`),
  );
  for (const map of maps) {
    const { sources, sourcesContent } = JSON.parse(text(map)) as {
      sources: string[];
      sourcesContent: unknown[];
    };
    expect(sources.map((source) => join(dirname(map), source))).toEqual([
      `../js/${map.replace('.js.map', '.ts')}`,
    ]);
    expect(sourcesContent).toEqual([expect.stringMatching(/\w/)]);
  }
});

test('has no `any` in its typings', () => {
  const typings = files.filter((file) => file.endsWith('.d.ts'));
  const withAny = typings.filter((file) =>
    /\bany\b/.test(text(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
  );
  expect(withAny).toEqual([]);
});

test('tells nothing of the machine it was built on', () => {
  const places = [at(''), homedir()].map((place) => place.replace(/\/?$/, '/'));
  const telling = files.filter((file) =>
    places.some((place) => readFileSync(path(file), 'latin1').includes(place)),
  );
  expect(telling).toEqual([]);
});

interface Entry {
  types: string;
  workerd: string;
  node: string;
  browser: string;
  default: string;
}

interface Manifest {
  scripts?: unknown;
  dependencies?: unknown;
  optionalDependencies?: unknown;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
  exports: {
    '.': Entry;
    './better-auth': Entry;
    './durable-objects': Entry;
    './shared': { types: string; default: string };
    './testing': { types: string; default: string };
    './package.json': string;
  };
  sideEffects: string[];
}

function manifest(): Manifest {
  return JSON.parse(text('package.json')) as Manifest;
}

/** Follows imports, and files named by `new URL('./…', import.meta.url)`; one that is missing throws. */
function reach(file: string, reached: Set<string>): void {
  const name = file.replace(/^\.\//, '');
  if (reached.has(name)) return;
  reached.add(name);
  if (!name.endsWith('.js')) return void readFileSync(path(name));
  for (const [, next = ''] of text(name).matchAll(/(?:from|import\(?|new URL\() ?'(\.\.?\/[^']+)'/g))
    reach(join(dirname(name), next), reached);
}

function reachTypes(file: string, reached: Set<string>): void {
  const name = file.replace(/^\.\//, '').replace(/(?<!\.d)\.(js|ts)$/, '.d.ts');
  if (reached.has(name)) return;
  reached.add(name);
  for (const [, next = ''] of text(name).matchAll(/(?:from|import\() ?['"](\.\.?\/[^'"]+)['"]/g))
    reachTypes(join(dirname(name), next), reached);
}
