import { cpSync, lstatSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '../../scripts/lib.mjs';
import { Consumer, versionOf } from './consumer.ts';
import { configure } from './documented.ts';
import { BESIDE_SVELTEKIT, SVELTEKIT, sveltekitSuite } from './sveltekit_suite.ts';

const PACKAGE = '@codex/cloudflare-clients';
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
  consumer = await Consumer.install('tests/packaging/consumers/pnpm-workspace', ['pnpm@12.21.0']);
  web = consumer.inside('monorepo/apps/web');
  const packages = join(consumer.folder, 'monorepo/packages');
  mkdirSync(packages);
  renameSync(join(consumer.folder, 'node_modules', PACKAGE), join(packages, 'cloudflare-clients'));
  cpSync(at('tests/packaging/consumers/sveltekit'), web.folder, { recursive: true });
  configure(web, 'vite.config.ts');
  const manifest = {
    name: 'web',
    private: true,
    type: 'module',
    dependencies: { [PACKAGE]: 'workspace:*' },
    devDependencies: Object.fromEntries([...SVELTEKIT, ...BESIDE_SVELTEKIT].map(versionOf)),
  };
  writeFileSync(join(web.folder, 'package.json'), JSON.stringify(manifest));
  console.log('Installing the workspace by pnpm (about 5 s)');
  await consumer.run(PNPM, '-C', 'monorepo', 'install', '--ignore-scripts', '--prefer-offline');
});

afterAll(() => consumer?.remove());

test('pnpm links the package', () => {
  expect(lstatSync(join(web.folder, 'node_modules', PACKAGE)).isSymbolicLink()).toBe(true);
});

sveltekitSuite(() => web, { vite: VITE, wrangler: WRANGLER, tsc: TSC });
