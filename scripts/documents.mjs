// The documents in the package: what a user has without the repository.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { at } from './lib.mjs';

// How the package is built is nothing to its users.
const OURS = ['architecture.md'];

/** Writes them into pkg/. */
export function writeDocuments() {
  const guides = readdirSync(at('docs')).filter((name) => name.endsWith('.md') && !OURS.includes(name));
  const texts = { 'README.md': read('README.md'), 'CHANGELOG.md': changelog() };
  for (const name of guides.sort()) texts[`docs/${name}`] = read(`docs/${name}`);
  const isThere = (path) => path in texts || existsSync(at('pkg', path));
  for (const [file, text] of Object.entries(texts)) {
    mkdirSync(dirname(at('pkg', file)), { recursive: true });
    writeFileSync(at('pkg', file), withLinks(file, text, isThere));
  }
}

const read = (file) => readFileSync(at(file), 'utf8');

// Code, which is left as it is, or a link.
const LINK = /```[\s\S]*?```|\[([^\]]+)\]\(([^)\s]+)\)|`[^`\n]+`/g;

/** A link to what is not in the package names its place in the repository. */
function withLinks(file, text, isThere) {
  return text.replace(LINK, (all, label, target) => {
    if (!target || /^(#|[a-z]+:)/.test(target)) return all;
    const path = normalize(join(dirname(file), target.replace(/#.*/, '')));
    if (isThere(path)) return all;
    return label.replaceAll('`', '') === path ? label : `${label} (in the repository: \`${path}\`)`;
  });
}

/** The changelog, with what `npm run release` will enter into it. */
function changelog() {
  const text = read('CHANGELOG.md');
  const notes = readdirSync(at('.changeset'))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .sort()
    .map((name) =>
      read(join('.changeset', name))
        .replace(/^---[\s\S]*?---\s*/, '')
        .trim(),
    )
    .map((note) => `- ${note.replaceAll(/\n(?=.)/g, '\n  ')}\n`);
  if (notes.length === 0) return text;
  const [title, ...entries] = text.split(/^(?=## )/m);
  return [title, `## Unreleased\n\n${notes.join('\n')}\n`, ...entries].join('');
}
