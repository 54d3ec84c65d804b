import { fileURLToPath } from 'node:url';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

// Where a test runs is its folder. All import the package by its name, as it was packed and installed.
const slow = { testTimeout: 120_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    reporters: ['default'],
    coverage: { provider: 'v8', include: ['**/@codex/cloudflare-clients/*.js'], allowExternal: true, excludeNodeModules: false },
    projects: [
      { test: { name: 'node', include: ['tests/node/**/*.test.ts'], environment: 'node' } },
      {
        plugins: [
          cloudflareTest({ wrangler: { configPath: './tests/workerd/wrangler.jsonc' } }),
        ],
        test: { name: 'workerd', include: ['tests/workerd/**/*.test.ts'] },
      },
      // Real server processes: several requests at a time, cancelled ones, panics with neighbours.
      { test: { name: 'server', include: ['tests/server/**/*.test.ts'], fileParallelism: false, ...slow } },
      { test: { name: 'packaging', include: ['tests/packaging/**/*.test.ts'], fileParallelism: false, ...slow } },
      { test: { name: 'browser', include: ['tests/browser/**/*.test.ts'], fileParallelism: false, ...slow } },
    ],
  },
  resolve: { alias: { '#root': fileURLToPath(new URL('.', import.meta.url)) } },
});
