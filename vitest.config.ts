import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { ALL_LEGS, LONG_LEGS } from './tests/support/legs.ts';
import { LongestFirst } from './tests/support/order.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

// Coverage is measured on what was built: V8 reports nothing of node_modules.
const built = [
  { find: /^@codex\/cloudflare-clients$/, replacement: path('pkg/entries/node.js') },
  { find: /^@codex\/cloudflare-clients\/better-auth$/, replacement: path('pkg/entries/better_auth_node.js') },
  { find: /^@codex\/cloudflare-clients\/shared$/, replacement: path('pkg/shared.js') },
  { find: /^@codex\/cloudflare-clients\/testing$/, replacement: path('pkg/testing/index.js') },
  {
    find: /^.*node_modules\/@codex\/cloudflare-clients\/wasm\/driver\.js$/,
    replacement: path('pkg/wasm/driver.js'),
  },
];

// Where a test runs is its folder. All import the package by its name, as it was packed and installed.
const slow = { testTimeout: 120_000, hookTimeout: 180_000 };
// Vitest's own choice on two cores would be one file at a time, though most of them wait for another process.
const maxWorkers = Math.max(2, Math.min(4, availableParallelism()));

export default defineConfig({
  test: {
    reporters: ['default'],
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      // The TypeScript by its source maps; the Rust is covered by its own tests.
      include: ['pkg/**/*.js'],
      exclude: ['pkg/wasm/*.js', 'pkg/entries/*.js'],
    },
    projects: [
      {
        resolve: {
          // What the documents' samples import beside the clients.
          alias: [
            { find: '@codex/auth', replacement: path('tests/docs/samples/stand_ins/auth.ts') },
            {
              find: '@codex/core-services',
              replacement: path('tests/docs/samples/stand_ins/core_services.ts'),
            },
            {
              find: /^@codex\/database(\/schema)?$/,
              replacement: path('tests/docs/samples/stand_ins/database.ts'),
            },
            { find: 'drizzle-orm', replacement: path('tests/docs/samples/stand_ins/database.ts') },
            ...(process.argv.includes('--coverage') ? built : []),
          ],
        },
        test: {
          name: 'node',
          include: ['tests/{node,docs}/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './tests/workerd/wrangler.jsonc' } })],
        // Thousands of calls on an object, each of which is written to disk.
        test: { name: 'workerd', include: ['tests/workerd/**/*.test.ts'], testTimeout: 60_000 },
      },
      // Histories in virtual time.
      { test: { name: 'simulation', include: ['tests/simulation/**/*.test.ts'], environment: 'node' } },
      // Real server processes: several requests at a time, cancelled ones, panics with neighbours.
      { test: { name: 'server', include: ['tests/server/**/*.test.ts'], ...slow } },
      {
        test: {
          name: 'packaging',
          include: ['tests/packaging/*.test.ts'],
          exclude: ALL_LEGS ? [] : LONG_LEGS.map((name) => `tests/packaging/${name}.test.ts`),
          globalSetup: 'tests/packaging/tarball.ts',
          ...slow,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          fileParallelism: false,
          globalSetup: 'tests/packaging/tarball.ts',
          ...slow,
        },
      },
    ],
  },
});
