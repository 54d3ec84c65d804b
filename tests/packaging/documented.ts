import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { snippetsOf } from '../support/snippets.ts';
import type { Consumer } from './consumer.ts';

/** The configuration of docs/bundlers.md by the name of its file, as it stands there. */
export function documented(file: string): string {
  const [snippet, ...more] = snippetsOf('docs/bundlers.md').filter((one) => one.file === file);
  if (!snippet || more.length > 0) throw new Error(`docs/bundlers.md has ${file} not exactly once`);
  return snippet.code;
}

/** Gives a consumer that configuration, and nothing else. */
export function configure(consumer: Consumer, file: string): void {
  writeFileSync(join(consumer.folder, file), documented(file));
}
