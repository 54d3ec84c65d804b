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

test('has what its exports name, the wasm of clients and of objects, documents and licences', () => {
  const named = Object.values(manifest().exports).flatMap((door) =>
    typeof door === 'string' ? [door] : Object.values(door),
  );
  expect(files).toEqual(expect.arrayContaining([...DOCUMENTS, ...named.map((file) => join('.', file))]));
  const modules = files.filter((file) => file.endsWith('.wasm'));
  expect(modules.map((file) => basename(file)).sort()).toEqual(['clients.wasm', 'objects.wasm']);
  for (const file of modules) expect(WebAssembly.validate(readFileSync(path(file))), file).toBe(true);
});

test('has nothing that is not reached from an entry', () => {
  const { './package.json': _, ...doors } = manifest().exports;
  const reached = new Set(['package.json', ...DOCUMENTS]);
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
    // Beside what was built of it: no tool looks for it outside of the package.
    expect(sources).toEqual([basename(map).replace('.js.map', '.ts')]);
    const source = readFileSync(at('js', map.replace('.js.map', '.ts')), 'utf8');
    expect(sourcesContent).toEqual([source]);
  }
});

test('has every guide for users, whose links work in it', () => {
  const guides = readdirSync(at('docs')).filter((name) => name !== 'architecture.md');
  expect(files.filter((file) => file.startsWith('docs/'))).toEqual(
    guides.map((name) => `docs/${name}`).sort(),
  );
  let links = 0;
  for (const file of files.filter((file) => file.endsWith('.md'))) {
    // Not in code.
    const prose = text(file).replace(/```[\s\S]*?```/g, '');
    for (const [link, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const named = path ? join(dirname(file), path) : file;
      expect(files, `${file}: ${link}`).toContain(named);
      if (anchor) expect(anchorsOf(text(named)), `${file}: ${link}`).toContain(anchor);
      links += 1;
    }
  }
  expect(links).toBeGreaterThan(20);
});

test('says in the changelog what this version has, released or not', () => {
  const [, newest] = text('CHANGELOG.md').split(/^## /m);
  const notes = readdirSync(at('.changeset')).filter((name) => /^(?!README).*\.md$/.test(name));
  expect(newest?.split('\n')[0]).toBe(notes.length > 0 ? 'Unreleased' : manifest().version);
  const words = (text: string) => text.replaceAll(/\s+/g, ' ');
  for (const name of notes) {
    const note = readFileSync(at('.changeset', name), 'utf8').replace(/^---[\s\S]*?---/, '');
    expect(words(newest ?? ''), name).toContain(words(note).trim());
  }
});

test('has the notice of every crate in the wasm, and of what made it', () => {
  const target = [
    '--target',
    'wasm32-unknown-unknown',
    '--no-default-features',
    '--features',
    'clients,objects',
  ];
  const tree = [
    'tree',
    '--edges',
    'normal',
    '--locked',
    '--prefix',
    'none',
    '--format',
    '{p}|{l}',
    ...target,
  ];
  const crates = execFileSync('cargo', tree, { cwd: at(''), encoding: 'utf8' })
    .replaceAll(' (*)', '')
    .trim()
    .split('\n')
    .map((line) => line.split('|'))
    .filter(([crate]) => !crate?.startsWith('cloudflare-clients '));
  expect(crates.length).toBeGreaterThan(10);
  const notices = text('THIRD_PARTY_LICENSES').split(`${'-'.repeat(80)}\n`);
  for (const [crate = '', licence] of crates) {
    const [name, version] = crate.split(' ');
    const head = `${name} ${version?.slice(1)} (${licence})`;
    const notice = notices.find((notice) => notice.split('\n').includes(head));
    expect(notice, head).toMatch(/Permission is hereby granted/);
    // Whose it is: not only the terms.
    expect(notice, head).toMatch(/Copyright|Licensed|authors/i);
  }
  expect(notices.join()).toMatch(/^The Rust standard library \(MIT OR Apache-2\.0\)$/m);
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

const DOCUMENTS = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'THIRD_PARTY_LICENSES',
  ...readdirSync(at('docs'))
    .filter((name) => name !== 'architecture.md')
    .map((name) => `docs/${name}`),
];

// As a renderer of Markdown makes them of headings.
const anchorsOf = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

interface Entry {
  types: string;
  workerd: string;
  node: string;
  browser: string;
  default: string;
}

interface Manifest {
  version: string;
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
