// A document's tutorial, done word by word in a project.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { at, run } from '../../scripts/lib.mjs';
import { type Snippet, snippetsOf } from '../support/snippets.ts';

/** What the workerd of the project knows; `sv create` writes today's date, which may be newer. */
const COMPATIBILITY_DATE = '2026-08-01';

/** Makes a project by the command that a document has, in a temporary folder, and hands it to `use`. */
export async function withNewProject<T>(
  document: string,
  use: (folder: string, packages: string[]) => Promise<T>,
) {
  const commands = snippetsOf(document).map(({ code }) => code);
  const [, words = ''] = /^npx (sv create .+)$/m.exec(commands.join('\n')) ?? [];
  const [sv = '', create = '', name = '', ...flags] = words.split(' ');
  const folder = mkdtempSync(join(tmpdir(), 'codex-new-'));
  try {
    run(sv, [create, join(folder, name), ...flags, '--no-install'], { quiet: true });
    const made = join(folder, name);
    edit(made, 'wrangler.jsonc', (text) => text.replace(/\d{4}-\d\d-\d\d/, COMPATIBILITY_DATE));
    const { devDependencies } = JSON.parse(readFileSync(join(made, 'package.json'), 'utf8'));
    return await use(made, Object.keys(devDependencies));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes the files of a tutorial, and does what it says to others of the project. */
export function follow(folder: string, snippets: Snippet[]): void {
  for (const { file, as, code } of snippets) {
    if (file && as) DONE[as](folder, file, code.replace(/^\/\/ (add to|in): .*\n/, ''));
  }
}

const DONE = {
  file(folder: string, file: string, code: string) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  },
  'add to'(folder: string, file: string, code: string) {
    edit(folder, file, (text) => JSON.stringify({ ...JSON.parse(text), ...JSON.parse(code) }, null, 2));
  },
  in(folder: string, file: string, code: string) {
    const lines = (sign: string) =>
      code
        .split('\n')
        .filter((line) => line.startsWith(sign))
        .map((line) => line.slice(1))
        .join('\n');
    edit(folder, file, (text) => text.replace(lines('-'), lines('+')));
  },
};

/** Changes a file of the project, which must be there and must become another. */
function edit(folder: string, file: string, change: (text: string) => string): void {
  const path = join(folder, file);
  if (!existsSync(path)) throw new Error(`The project has no ${file}`);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`${file} has no place for it:\n${before}`);
  writeFileSync(path, after);
}

/** The snippets of a document, before a heading and after it. */
export function around(document: string, heading: string): [before: Snippet[], after: Snippet[]] {
  const lines = readFileSync(at(document), 'utf8').split('\n');
  const place = lines.indexOf(heading) + 1;
  if (place === 0) throw new Error(`${document} has no "${heading}"`);
  const line = ({ where }: Snippet) => Number(where.split(':').at(-1));
  const all = snippetsOf(document);
  return [all.filter((snippet) => line(snippet) < place), all.filter((snippet) => line(snippet) > place)];
}
