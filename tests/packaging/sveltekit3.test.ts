import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Consumer, type Server } from './consumer.ts';
import { visit } from './visit.ts';

const PACKAGES = [
  '@sveltejs/kit@3.2.0',
  // The only one that takes SvelteKit 3; what it cannot do yet is in sveltekit3/adapter.js.
  '@sveltejs/adapter-cloudflare@8.0.0-next.6',
  '@sveltejs/vite-plugin-svelte',
  'svelte',
  'vite',
  'wrangler',
  'typescript',
  '@cloudflare/workers-types',
];
const NETWORK = '<p>network 2001:db8:1:2::/64</p>';
const HOOKS = 'src/hooks.server.ts';

let consumer: Consumer;

// The app of sveltekit.test.ts, moved to SvelteKit 3.
beforeAll(async () => {
  const templates = ['tests/packaging/sveltekit', 'tests/packaging/sveltekit3'];
  consumer = await Consumer.install(templates, PACKAGES);
  rmSync(join(consumer.folder, 'svelte.config.js'));
  const moved = consumer
    .read(HOOKS)
    .replace("type { Handle } from '@sveltejs/kit'", "type { Handle } from '@sveltejs/kit/hooks'")
    .replace('$app/environment', '$app/env');
  writeFileSync(join(consumer.folder, HOOKS), moved);
});

afterAll(() => consumer?.remove());

test('`vite dev`, with the bindings of the emulated platform', async () => {
  const server = await consumer.serve('vite', 'dev', '--host', '127.0.0.1', '--port', '0');
  await serves(server, 'dev');
});

test('`vite build` prerenders, and workerd serves the build', async () => {
  console.log('Building the SvelteKit 3 consumer (about 10 s)');
  await consumer.run('vite', 'build', '--logLevel', 'warn');
  expect(consumer.read('.svelte-kit/cloudflare/about.html')).toContain(NETWORK);
  await serves(await consumer.wrangler(), 'built');
});

test('its types hold in the app', async () => {
  await consumer.run('tsc', '--noEmit');
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
