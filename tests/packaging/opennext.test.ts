// The Worker of worker.test.ts as a route of Next.js, with the configuration of docs/bundlers.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '../../scripts/lib.mjs';
import { Consumer } from './consumer.ts';
import { configure } from './documented.ts';
import { visit } from './visit.ts';

const BUILD = 'next build --webpack';
const MINUTES = 60_000;

let consumer: Consumer;

beforeAll(async () => {
  const templates = ['tests/packaging/consumers/worker', 'tests/packaging/consumers/opennext'];
  const packages = ['next@16.4.6', 'react@19.3.1', 'react-dom@19.3.1', '@opennextjs/cloudflare@1.20.17'];
  consumer = await Consumer.install(templates, [...packages, 'wrangler', 'typescript', '@types/node']);
  configure(consumer, 'next.config.mjs');
  const manifest = JSON.parse(consumer.read('package.json'));
  writeFileSync(
    join(consumer.folder, 'package.json'),
    JSON.stringify({ ...manifest, scripts: { build: BUILD } }),
  );
}, 5 * MINUTES);

afterAll(() => consumer?.remove());

test('OpenNext takes the files for Workers', { timeout: 10 * MINUTES }, async () => {
  expect(readFileSync(at('docs/bundlers.md'), 'utf8')).toContain(BUILD);
  console.log('Building the Next.js consumer (about 2 minutes)');
  await consumer.run('opennextjs-cloudflare', 'build');
  const server = await consumer.wrangler();
  try {
    await visit(server.url, 'next');
  } finally {
    await server.stop();
  }
});
