import { afterAll, beforeAll, expect, test } from 'vitest';
import { Consumer, type Server } from './consumer.ts';
import { visit } from './visit.ts';

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
// What /about computed with the package.
const NETWORK = '<p>network 2001:db8:1:2::/64</p>';

let consumer: Consumer;

beforeAll(async () => {
  consumer = await Consumer.install('tests/packaging/sveltekit', PACKAGES);
});

afterAll(() => consumer?.remove());

test('`vite dev`, with the bindings of the emulated platform', async () => {
  const server = await consumer.serve('vite', 'dev', '--host', '127.0.0.1', '--port', '0');
  await serves(server, 'dev');
});

test('`vite build` prerenders, and workerd serves the build', async () => {
  console.log('Building the SvelteKit consumer (about 10 s)');
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
