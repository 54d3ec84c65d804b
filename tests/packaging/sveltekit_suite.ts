import { expect, test } from 'vitest';
import { type Consumer, loopback, type Server } from './consumer.ts';
import { visit } from './visit.ts';

/** What the SvelteKit consumers install. */
export const SVELTEKIT = ['@sveltejs/kit', '@sveltejs/adapter-cloudflare'];
export const BESIDE_SVELTEKIT = [
  '@sveltejs/vite-plugin-svelte',
  'svelte',
  'vite',
  'wrangler',
  'typescript',
  '@cloudflare/workers-types',
];

// What /about computed with the package.
const NETWORK = '<p>network 2001:db8:1:2::/64</p>';
const WRANGLER = ['--ip', '127.0.0.1', '--port', '0', '--inspector-port', '0'];

/** Names of the tools, or their programs where `.bin` holds none. */
export interface Tools {
  vite?: string;
  wrangler?: string;
  tsc?: string;
}

/** The same app, whatever it was installed by: served by `vite dev`, built, prerendered, served by workerd. */
export function sveltekitSuite(
  app: () => Consumer,
  { vite = 'vite', wrangler = 'wrangler', tsc = 'tsc' }: Tools = {},
): void {
  test('`vite dev`, with the bindings of the emulated platform', async () => {
    await serves(await app().serve(vite, 'dev', ...loopback()), 'dev');
  });

  test('`vite build` prerenders, and workerd serves the build', async () => {
    console.log('Building the SvelteKit consumer (about 10 s)');
    await app().run(vite, 'build', '--logLevel', 'warn');
    expect(app().read('.svelte-kit/cloudflare/about.html')).toContain(NETWORK);
    await serves(await app().serve(wrangler, 'dev', ...WRANGLER), 'built');
  });

  test('its types hold in the app', async () => {
    await app().run(tsc, '--noEmit');
  });
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
