// npm run previous: keeps the package as the one that was released last, and what its objects store. By default the
// package that is built here, else the one in a folder: tests/previous/README.md.
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runBundled } from './bundle.mjs';
import { at, run } from './lib.mjs';
import { pack } from './pack.mjs';
import { TARBALL, unpackPrevious } from './previous.mjs';

const README = at('tests/previous/README.md');

const folder = resolve(process.argv[2] ?? at('pkg'));
keep(folder);
noteCommit(folder);
await unpackPrevious();
await runBundled('tests/previous/main.ts', 'previous');

// Without what only people read: texts, and source maps with the references to them.
function keep(from) {
  const copy = mkdtempSync(join(tmpdir(), 'codex-previous-'));
  try {
    cpSync(from, copy, {
      recursive: true,
      filter: (name) => !/\.(map|md)$/.test(name),
    });
    for (const name of readdirSync(copy, { recursive: true })) {
      if (!/\.(js|ts)$/.test(name)) continue;
      const text = readFileSync(join(copy, name), 'utf8');
      writeFileSync(join(copy, name), text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
    }
    renameSync(pack(copy, at('target')), at(TARBALL));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

// Of which commit it is made; of a folder outside a repository nobody knows.
function noteCommit(from) {
  const git = run('git', ['rev-parse', 'HEAD'], { quiet: true, allowFailure: true, cwd: from });
  if (!git.ok) return console.log('– of no repository: write its commit into tests/previous/README.md');
  const text = readFileSync(README, 'utf8');
  writeFileSync(README, text.replace(/`[0-9a-f]{40}`/, `\`${git.stdout.trim()}\``));
}
