import { fileURLToPath } from 'node:url';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

// Where a test runs is its folder. All import the package by its name, as it was packed and installed.
const slow = { testTimeout: 120_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    reporters: ['default'],
    coverage: {
      provider: 'v8',
      // The JavaScript as it is installed; the Rust is covered by its own tests.
      include: ['**/@codex/cloudflare-clients/**/*.js'],
      exclude: ['**/clients.js'],
      allowExternal: true,
    },
    projects: [
      {
        resolve: {
          // What the documents' samples import beside the clients.
          alias: {
            '@codex/auth': path('tests/node/samples/stand_ins/auth.ts'),
            '@codex/core-services': path('tests/node/samples/stand_ins/core_services.ts'),
            '@codex/database/schema': path('tests/node/samples/stand_ins/database.ts'),
            '@codex/database': path('tests/node/samples/stand_ins/database.ts'),
            'drizzle-orm': path('tests/node/samples/stand_ins/database.ts'),
          },
        },
        test: { name: 'node', include: ['tests/node/**/*.test.ts'], environment: 'node' },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './tests/workerd/wrangler.jsonc' } })],
        test: { name: 'workerd', include: ['tests/workerd/**/*.test.ts'] },
      },
      // Real server processes: several requests at a time, cancelled ones, panics with neighbours.
      { test: { name: 'server', include: ['tests/server/**/*.test.ts'], fileParallelism: false, ...slow } },
      {
        test: {
          name: 'packaging',
          include: ['tests/packaging/**/*.test.ts'],
          fileParallelism: false,
          ...slow,
        },
      },
      { test: { name: 'browser', include: ['tests/browser/**/*.test.ts'], fileParallelism: false, ...slow } },
    ],
  },
});
