import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { at } from '../../scripts/lib.mjs';

const text = (file: string) => readFileSync(at(file), 'utf8');
const { name, version } = JSON.parse(text('pkg/package.json')) as { name: string; version: string };

// pkg/package.json is where the version lives; `npm run release` carries it on.
test('the crate has the version of the package, and so has its lock file', () => {
  const [, crate] = /^version = "(.+)"$/m.exec(text('Cargo.toml')) ?? [];
  const [, locked] = /name = "cloudflare-clients"\nversion = "(.+)"/.exec(text('Cargo.lock')) ?? [];
  expect({ crate, locked }).toEqual({ crate: version, locked: version });
});

test('the changelog begins with what this version brings', () => {
  const [title, entry] = text('CHANGELOG.md').split(/^## /m);
  expect(title?.trim()).toBe(`# ${name}`);
  const [heading, ...lines] = (entry ?? '').split('\n');
  expect(heading).toBe(version);
  expect(lines.join('\n')).toMatch(/^- \w|^- `/m);
});
