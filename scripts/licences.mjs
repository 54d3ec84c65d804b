// The notices of the crates in the published wasm: their licences ask for no more.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, stop } from './lib.mjs';

const TITLE = `The WebAssembly in this package contains code of these crates, and of the Rust standard library, or was
made by them. Where a crate may be used under one of several licences, this package uses it under MIT.`;

// The standard library, and what it is made of, comes with the compiler, and mostly without its texts.
const STANDARD_LIBRARY = {
  name: 'The Rust standard library',
  license: 'MIT OR Apache-2.0',
  text: 'Copyright (c) The Rust Project Contributors',
};

/** The text of THIRD_PARTY_LICENSES: the same for the same Cargo.lock. */
export function licences() {
  const crates = cratesOf('clients,objects').map(({ name, version, license, manifest_path }) => ({
    name: `${name} ${version}`,
    license,
    text: textsOf(name, dirname(manifest_path)),
  }));
  const mit = crates.find(({ name }) => name.startsWith('wasm-bindgen ')).text;
  const terms = mit.slice(mit.indexOf('Permission is hereby granted'));
  const all = [...crates, { ...STANDARD_LIBRARY, text: `${STANDARD_LIBRARY.text}\n\n${terms}` }];
  const byText = new Map();
  for (const crate of all) byText.set(crate.text, [...(byText.get(crate.text) ?? []), crate]);
  const parts = [...byText].map(([text, under]) => {
    const heads = under.map(({ name, license }) => `${name} (${license})`);
    return `${heads.join('\n')}\n\n${text}`;
  });
  return `${[TITLE, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The crates that the crate depends on for the wasm, with those that run when it is compiled, by name. */
function cratesOf(features) {
  const args = [
    'metadata',
    '--format-version',
    '1',
    '--locked',
    '--filter-platform',
    'wasm32-unknown-unknown',
  ];
  const { stdout } = run('cargo', [...args, '--no-default-features', '--features', features], {
    quiet: true,
  });
  const { packages, resolve } = JSON.parse(stdout);
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const found = new Set();
  const reach = (id) => {
    if (found.has(id)) return;
    found.add(id);
    for (const { pkg, dep_kinds } of nodes.get(id).deps) {
      if (dep_kinds.some(({ kind }) => kind === null)) reach(pkg);
    }
  };
  reach(resolve.root);
  found.delete(resolve.root);
  return packages.filter(({ id }) => found.has(id)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

// MIT where there is a choice, and all that a crate has besides, such as that of Unicode's tables.
function textsOf(name, folder) {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice|unlicense)/i.test(file));
  const hasMit = files.some((file) => /mit/i.test(file));
  const kept = hasMit ? files.filter((file) => !/apache|unlicense|copying|^license$/i.test(file)) : files;
  if (kept.length === 0)
    stop(`The crate ${name} has no licence file: scripts/licences.mjs must be told its text`);
  const text = (file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
  return kept.sort().map(text).join('\n\n');
}
