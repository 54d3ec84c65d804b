// The app of sveltekit.test.ts where Vite is to bundle all packages, with the configuration of docs/bundlers.md; and
// pages that import the package.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Consumer } from './consumer.ts';
import { documented } from './documented.ts';
import { BESIDE_SVELTEKIT, SVELTEKIT, sveltekitSuite } from './sveltekit_suite.ts';

const CONFIG = 'vite.config.ts';
const CLIENT = '.svelte-kit/cloudflare/_app';

let consumer: Consumer;
beforeAll(async () => {
  const templates = ['tests/packaging/consumers/sveltekit', 'tests/packaging/consumers/sveltekit-pages'];
  consumer = await Consumer.install(templates, [...SVELTEKIT, ...BESIDE_SVELTEKIT]);
});
afterAll(() => consumer?.remove());

const configure = (ssr: string) => {
  const config = documented(CONFIG).replace('ssr: { ', `ssr: { ${ssr}`);
  expect(config).toContain(ssr);
  writeFileSync(join(consumer.folder, CONFIG), config);
};

test('without the line the build fails, and says which line is missing', async () => {
  configure('noExternal: true } //');
  const line = /ssr: \{.+\}/.exec(documented(CONFIG))?.[0];
  await expect(consumer.run('vite', 'build', '--logLevel', 'warn')).rejects.toThrow(line);
  configure('noExternal: true, ');
});

sveltekitSuite(() => consumer);

// What the suite built.
const built = () =>
  readdirSync(join(consumer.folder, CLIENT), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(js|wasm)$/.test(file),
  );

test('a page that imports ./shared has its functions, and no page has WebAssembly', () => {
  const texts = built().map((file) => consumer.read(join(CLIENT, file)));
  expect(texts.filter((text) => text.includes('rl:login:'))).toHaveLength(1);
  expect(built().filter((file) => file.endsWith('.wasm'))).toEqual([]);
  expect(texts.filter((text) => /WebAssembly|readFileSync/.test(text))).toEqual([]);
});

test('a page that imports a client says in the browser where it belongs', async () => {
  const [page, ...more] = built().filter((file) => consumer.read(join(CLIENT, file)).includes('server only'));
  expect(more).toEqual([]);
  const url = pathToFileURL(join(consumer.folder, CLIENT, page ?? '')).href;
  await expect(import(url)).rejects.toThrow('import this in +page.server.ts');
});
