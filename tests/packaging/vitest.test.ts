import { expect, test } from 'vitest';
import { Consumer } from './consumer.ts';

async function passes(template: string, packages: string[], tests: number, runs = [['run']]): Promise<void> {
  const consumer = await Consumer.install(`tests/packaging/consumers/${template}`, packages);
  try {
    for (const args of runs) {
      const output = await consumer.run('vitest', ...args);
      expect(output).toMatch(new RegExp(`Tests +${tests} passed \\(${tests}\\)`));
    }
  } finally {
    consumer.remove();
  }
}

test('a user’s tests on Node, with a KV double and no configuration', () =>
  passes('vitest-node', ['vitest', 'vite'], 4));

test('a user’s tests in workerd, by @cloudflare/vitest-plugin', () =>
  passes('vitest-workerd', ['vitest', 'vite', '@cloudflare/vitest-plugin', 'wrangler'], 1));

// `sv create` sets the browser's conditions for tests of components, and what is linked is transformed as they are.
test('with a DOM, as plain vitest has it and as a monorepo with Svelte has it', () => {
  const runs = ['jsdom', 'happy-dom'].flatMap((dom) =>
    [[], ['--config', 'linked.config.js']].map((config) => ['run', '--environment', dom, ...config]),
  );
  return passes('vitest-node', ['vitest', 'vite', 'jsdom@31.0.1', 'happy-dom@21.0.4'], 4, runs);
});
