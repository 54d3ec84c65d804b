import { codeName } from '$lib/code';

export interface CodeFile {
  /** From the root of the repository. */
  path: string;
  text: string;
}

export interface CodePage {
  files: CodeFile[];
  /** Other pages of code whose modules these files import. */
  uses: string[];
}

// Read by the build alone: pages of code are prerendered, so none of this is in the Worker.
const ours = import.meta.glob<string>('/src/**/*.{ts,svelte}', { query: '?raw', import: 'default' });
const shared = import.meta.glob<string>('../../../../shared/src/*.ts', { query: '?raw', import: 'default' });

/** The files of each page of code. `path` is relative to src, `shared/entries.ts` for the shared ones. */
const pages = Map.groupBy(
  [
    ...Object.entries(ours).map(([key, read]) => ({ path: key.slice('/src/'.length), read })),
    ...Object.entries(shared).map(([key, read]) => ({ path: `shared/${key.split('/').at(-1)}`, read })),
  ],
  ({ path }) => codeName(path),
);

export const codeNames = (): string[] => [...pages.keys()];

export async function readCode(name: string): Promise<CodePage | null> {
  const found = pages.get(name);
  if (!found) return null;
  const files = await Promise.all(
    found.map(async ({ path, read }) => ({ path: inRepository(path), text: await read() })),
  );
  const uses = found.flatMap(({ path }, index) => importsOf(path, files[index]?.text ?? ''));
  return { files, uses: [...new Set(uses)].filter((other) => other !== name && pages.has(other)).sort() };
}

const inRepository = (path: string): string =>
  path.startsWith('shared/')
    ? path.replace('shared/', 'examples/shared/src/')
    : `examples/sveltekit/src/${path}`;

/** The names of the modules that a file imports from this app or from the shared ones. */
function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(/ from '(\$lib|example-shared|\.{1,2})\/([^']+)'/g)].map(
    ([, root = '', rest = '']) => {
      if (root === '$lib') return codeName(`lib/${rest}`);
      if (root === 'example-shared') return codeName(`shared/${rest}`);
      return codeName(new URL(`${root}/${rest}`, `file:///${path}`).pathname.slice(1));
    },
  );
}
