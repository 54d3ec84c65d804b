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
const WEB = 'monorepo/apps/web';
// The program itself: pnpm's `bin` is a shell script, which Node cannot run.
const PNPM = '../pnpm/bin/pnpm.mjs';

let consumer: Consumer;
const path = (...parts: string[]) => join(consumer.folder, ...parts);

// The tarball becomes a package of the workspace, and the app of sveltekit.test.ts links it.
beforeAll(async () => {
  consumer = await Consumer.install('tests/packaging/pnpm-workspace', ['pnpm@12.21.0']);
  mkdirSync(path('monorepo/packages'));
  renameSync(path('node_modules', PACKAGE), path('monorepo/packages/cloudflare-clients'));
  cpSync(at('tests/packaging/sveltekit'), path(WEB), { recursive: true, force: false });
  const manifest = {
    name: 'web',
    private: true,
    type: 'module',
    dependencies: { [PACKAGE]: 'workspace:*' },
    devDependencies: Object.fromEntries(PACKAGES.map(versionOf)),
  };
  writeFileSync(path(WEB, 'package.json'), JSON.stringify(manifest));
  console.log('Installing the workspace by pnpm (about 5 s)');
  await consumer.run(PNPM, '-C', 'monorepo', 'install', '--ignore-scripts', '--prefer-offline');
});

afterAll(() => consumer?.remove());

test('pnpm links the package', () => {
  expect(lstatSync(path(WEB, 'node_modules', PACKAGE)).isSymbolicLink()).toBe(true);
});

test('the one line of configuration is the one in the README', () => {
  const config = readFileSync(path(WEB, 'vite.config.ts'), 'utf8');
  const line = /ssr: .+(?=,\n)/.exec(config)?.[0] ?? '';
  const documented = readFileSync(at('README.md'), 'utf8').includes(line);
  expect(line !== '' && documented, `README.md has: ${line}`).toBe(true);
});

test('`vite dev`, with the bindings of the emulated platform', async () => {
  await serves(await start('vite', 'dev', '--host', '127.0.0.1', '--port', '0'), 'dev');
});

test('`vite build` prerenders, and workerd serves the build', async () => {
  console.log('Building the app of the workspace (about 10 s)');
  await consumer.run(PNPM, '-C', WEB, 'exec', 'vite', 'build', '--logLevel', 'warn');
  expect(consumer.read(`${WEB}/.svelte-kit/cloudflare/about.html`)).toContain(NETWORK);
  await serves(
    await start('wrangler', 'dev', '--ip', '127.0.0.1', '--port', '0', '--inspector-port', '0'),
    'built',
  );
});

test('its types hold in the app', async () => {
  await consumer.run(PNPM, '-C', WEB, 'exec', 'tsc', '--noEmit');
});

function start(...command: string[]): Promise<Server> {
  return consumer.serve(PNPM, '-C', WEB, 'exec', ...command);
}

async function serves(server: Server, name: string): Promise<void> {
  try {
    await visit(server.url, name);
    const about = await fetch(`${server.url}/about`);
    expect(await about.text()).toContain(NETWORK);
  } finally {
    await server.stop();
  }
}
