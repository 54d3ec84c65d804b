import { expect, test } from 'vitest';
import { Consumer } from './consumer.ts';

async function passes(template: string, packages: string[], tests: number): Promise<void> {
  const consumer = await Consumer.install(`tests/packaging/consumers/${template}`, packages);
  try {
    const output = await consumer.run('vitest', 'run');
    expect(output).toMatch(new RegExp(`Tests +${tests} passed \\(${tests}\\)`));
  } finally {
    consumer.remove();
  }
}

test('a user’s tests on Node, with a KV double and no configuration', () =>
  passes('vitest-node', ['vitest', 'vite'], 4));

test('a user’s tests in workerd, by @cloudflare/vitest-plugin', () =>
  passes('vitest-workerd', ['vitest', 'vite', '@cloudflare/vitest-plugin', 'wrangler'], 1));
