import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../../scripts/lib.mjs';

/** A code block of a document. */
export interface Snippet {
  /** Where it stands: `README.md:12`. */
  where: string;
  language: string;
  code: string;
  /** The file of a tutorial that it is, or a part of. */
  file?: string;
  /**
   * For a file: whether it is all of it (`// file: name`), keys to add (`// add to: name`), or a difference (`// in: name`).
   */
  as?: 'file' | 'add to' | 'in';
}

/** The code blocks of a Markdown file, or of the `@example`s of a TypeScript file. */
export function snippetsOf(name: string): Snippet[] {
  const lines = readFileSync(at(name), 'utf8')
    .split('\n')
    .map((line) => (name.endsWith('.ts') ? line.replace(/^ *\* ?/, '') : line));
  const snippets: Snippet[] = [];
  let open: Snippet | undefined;
  for (const [i, line] of lines.entries()) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence && !open) {
      open = { where: `${name}:${i + 1}`, language: fence[1] ?? '', code: '' };
    } else if (fence && open) {
      const [, as, file] = /^\/\/ (file|add to|in): (\S+).*\n/.exec(open.code) ?? [];
      snippets.push(file ? { ...open, file, as: as as NonNullable<Snippet['as']> } : open);
      open = undefined;
    } else if (open) {
      open.code += `${line}\n`;
    }
  }
  return snippets;
}

/** The snippets of all files in a folder and in those below it, of one kind: `.md`, `.ts`. */
export function snippetsIn(folder: string, extension: string): Snippet[] {
  return readdirSync(at(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .sort()
    .flatMap((name) => snippetsOf(join(folder, name)));
}
