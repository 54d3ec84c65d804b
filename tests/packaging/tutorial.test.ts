// The README from `sv create` to a protected route and a cart, word by word.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Consumer, loopback, type Server } from './consumer.ts';
import { around, follow, withNewProject } from './tutorial.ts';

const [first, objects] = around('README.md', '## On Durable Objects');

let app: Consumer;
beforeAll(async () => {
  app = await withNewProject('README.md', (folder, packages) => Consumer.install(folder, packages));
  follow(app.folder, first);
});
afterAll(() => app?.remove());

const password = 'correct horse';
const signIn = (origin: string, address: string, attempt = password) =>
  fetch(`${origin}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cf-connecting-ip': address },
    body: JSON.stringify({ email: 'ada@example.com', password: attempt }),
  });
const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';

async function visitsTheAccount(origin: string, address: string): Promise<void> {
  const account = (cookie = '') => fetch(`${origin}/account`, { headers: { cookie } });
  expect((await account()).status).toBe(401);
  const signedIn = await signIn(origin, address);
  expect(signedIn.status).toBe(204);
  const cookie = cookieOf(signedIn);
  for (let i = 0; i < 2; i++) expect(await (await account(cookie)).json()).toEqual({ hello: 'Ada' });
  expect((await account('session=forged')).status).toBe(401);
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await signIn(origin, address, 'wrong')).status);
  expect(statuses).toEqual([401, 401, 401, 401, 429]);
  const refused = await signIn(origin, address);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
}

/** Adds a mug to Ada's cart, and returns how many there are. */
async function addsAMug(origin: string, address: string): Promise<number> {
  const cookie = cookieOf(await signIn(origin, address));
  const response = await fetch(`${origin}/cart`, { method: 'POST', headers: { cookie, origin } });
  expect(response.status).toBe(200);
  return (await response.json()).mug.qty;
}

async function during(server: Server, use: (origin: string) => Promise<void>): Promise<void> {
  try {
    await use(server.url);
  } finally {
    await server.stop();
  }
}

describe('sessions and limits on KV', () => {
  test('its types hold', async () => {
    await app.script('gen');
    await app.script('check');
  });

  test('`npm run dev`', async () => {
    const server = await app.serve('vite', 'dev', ...loopback());
    await during(server, (origin) => visitsTheAccount(origin, '203.0.113.1'));
  });
});

describe('objects in the same Worker', () => {
  beforeAll(() => {
    follow(app.folder, objects);
    rmSync(join(app.folder, '.svelte-kit'), { recursive: true });
  });

  test('its types hold before the first build', async () => {
    await app.script('gen');
    await app.script('check');
  });

  test('`npm run build`, after which its types hold too', async () => {
    console.log('Building the app of the README (about 10 s)');
    await app.script('build');
    await app.script('check');
  });

  test('the template’s settings are kept', () => {
    expect(JSON.parse(app.read('wrangler.jsonc'))).toMatchObject({
      compatibility_flags: ['nodejs_als'],
      preview_urls: true,
      kv_namespaces: [{ binding: 'AUTH_SESSION_KV' }, { binding: 'RATE_LIMIT_KV' }],
    });
  });

  test('`npx wrangler dev`, and `npm run dev` beside it on the same objects', async () => {
    await during(await app.wrangler(), async (built) => {
      await visitsTheAccount(built, '203.0.113.2');
      expect(await addsAMug(built, '203.0.113.3')).toBe(1);
      const dev = await app.serve('vite', 'dev', ...loopback());
      await during(dev, async (origin) => {
        expect(await addsAMug(origin, '203.0.113.4')).toBe(2);
        expect(await addsAMug(built, '203.0.113.5')).toBe(3);
      });
    });
  });

  test('`npm run dev` alone says what is missing', async () => {
    const dev = await app.serve('vite', 'dev', ...loopback());
    await during(dev, async (origin) => {
      const cookie = cookieOf(await signIn(origin, '203.0.113.6'));
      const response = await fetch(`${origin}/cart`, { method: 'POST', headers: { cookie, origin } });
      expect(response.status).toBe(500);
    });
    expect(dev.output()).toContain(
      'Start it: `npx wrangler dev` in its folder, beside `vite dev`; or correct script_name',
    );
  });

  test('`npx wrangler deploy` has something to deploy', async () => {
    const said = await app.run('wrangler', 'deploy', '--dry-run');
    for (const name of ['CART_DO', 'COORDINATION_DO', 'AUTH_SESSION_KV', 'ASSETS'])
      expect(said).toContain(name);
  });
});
