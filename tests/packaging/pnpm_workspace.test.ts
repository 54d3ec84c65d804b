import { cpSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '../../scripts/lib.mjs';
import { Consumer, type Server, versionOf } from './consumer.ts';
import { visit } from './visit.ts';

const PACKAGE = '@codex/cloudflare-clients';
const PACKAGES = [
  '@sveltejs/kit',
  '@sveltejs/adapter-cloudflare',
  '@sveltejs/vite-plugin-svelte',
  'svelte',
  'vite',
  'wrangler',
  'typescript',
  '@cloudflare/workers-types',
];
const NETWORK = '<p>network 2001:db8:1:2::/64</p>';
// The programs themselves: what pnpm and a folder of its making have in `.bin` are shell scripts. Nor does
// `pnpm exec` start them, since it gives them a process group of their own, which would outlive the test.
const PNPM = '../pnpm/bin/pnpm.mjs';
const VITE = '../vite/bin/vite.js';
const WRANGLER = '../wrangler/bin/wrangler.js';
const TSC = '../typescript/bin/tsc';

let consumer: Consumer;
let web: Consumer;

// The tarball becomes a package of the workspace, and the app of sveltekit.test.ts links it.
beforeAll(async () => {
  consumer = await Consumer.install('tests/packaging/pnpm-workspace', ['pnpm@12.21.0']);
  web = consumer.inside('monorepo/apps/web');
  const packages = join(consumer.folder, 'monorepo/packages');
  mkdirSync(packages);
  renameSync(join(consumer.folder, 'node_modules', PACKAGE), join(packages, 'cloudflare-clients'));
  cpSync(at('tests/packaging/sveltekit'), web.folder, { recursive: true, force: false });
  const manifest = {
    name: 'web',
    private: true,
    type: 'module',
    dependencies: { [PACKAGE]: 'workspace:*' },
    devDependencies: Object.fromEntries(PACKAGES.map(versionOf)),
  };
  writeFileSync(join(web.folder, 'package.json'), JSON.stringify(manifest));
  console.log('Installing the workspace by pnpm (about 5 s)');
  await consumer.run(PNPM, '-C', 'monorepo', 'install', '--ignore-scripts', '--prefer-offline');
});

afterAll(() => consumer?.remove());

test('pnpm links the package', () => {
  expect(lstatSync(join(web.folder, 'node_modules', PACKAGE)).isSymbolicLink()).toBe(true);
});

test('the one line of configuration is the one in the README', () => {
  const line = /ssr: .+(?=,\n)/.exec(web.read('vite.config.ts'))?.[0] ?? '';
  const documented = readFileSync(at('README.md'), 'utf8').includes(line);
  expect(line !== '' && documented, `README.md has: ${line}`).toBe(true);
});

test('`vite dev`, with the bindings of the emulated platform', async () => {
  await serves(await web.serve(VITE, 'dev', '--host', '127.0.0.1', '--port', '0'), 'dev');
});

test('`vite build` prerenders, and workerd serves the build', async () => {
  console.log('Building the app of the workspace (about 10 s)');
  await web.run(VITE, 'build', '--logLevel', 'warn');
  expect(web.read('.svelte-kit/cloudflare/about.html')).toContain(NETWORK);
  const dev = ['dev', '--ip', '127.0.0.1', '--port', '0', '--inspector-port', '0'];
  await serves(await web.serve(WRANGLER, ...dev), 'built');
});

test('its types hold in the app', async () => {
  await web.run(TSC, '--noEmit');
});

async function serves(server: Server, name: string): Promise<void> {
  try {
    await visit(server.url, name);
    const about = await fetch(`${server.url}/about`);
    expect(await about.text()).toContain(NETWORK);
  } finally {
    await server.stop();
  }
}
