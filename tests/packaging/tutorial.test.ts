// The README from install to a protected route, word by word, in a new SvelteKit app.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { snippetsOf } from '../support/snippets.ts';
import { Consumer, loopback } from './consumer.ts';
import { BESIDE_SVELTEKIT, SVELTEKIT } from './sveltekit_suite.ts';

let consumer: Consumer;
beforeAll(async () => {
  consumer = await Consumer.install('tests/packaging/consumers/tutorial', [
    ...SVELTEKIT,
    ...BESIDE_SVELTEKIT,
  ]);
  for (const { file, code } of snippetsOf('README.md')) {
    if (!file) continue;
    mkdirSync(dirname(join(consumer.folder, file)), { recursive: true });
    writeFileSync(join(consumer.folder, file), code);
  }
});
afterAll(() => consumer?.remove());

const password = 'correct horse';

async function tour(origin: string, address: string): Promise<void> {
  const account = (cookie = '') => fetch(`${origin}/account`, { headers: { cookie } });
  const signIn = (attempt: string) =>
    fetch(`${origin}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'cf-connecting-ip': address },
      body: JSON.stringify({ email: 'ada@example.com', password: attempt }),
    });
  expect((await account()).status).toBe(401);
  const signedIn = await signIn(password);
  expect(signedIn.status).toBe(204);
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0];
  for (let i = 0; i < 2; i++) expect(await (await account(cookie)).json()).toEqual({ hello: 'Ada' });
  expect((await account('session=forged')).status).toBe(401);
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await signIn('wrong')).status);
  expect(statuses).toEqual([401, 401, 401, 401, 429]);
  const refused = await signIn(password);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
}

test('its types hold', async () => {
  await consumer.run('svelte-kit', 'sync');
  await consumer.run('tsc', '--noEmit');
});

test('`npm run dev`', async () => {
  const server = await consumer.serve('vite', 'dev', ...loopback());
  try {
    await tour(server.url, '203.0.113.1');
  } finally {
    await server.stop();
  }
});

test('`npm run build` and `npx wrangler dev`', async () => {
  console.log('Building the app of the README (about 10 s)');
  await consumer.run('vite', 'build', '--logLevel', 'warn');
  const server = await consumer.wrangler();
  try {
    await tour(server.url, '203.0.113.2');
  } finally {
    await server.stop();
  }
});

test('the Worker of the objects is bundled, with its classes and their wasm', async () => {
  await consumer.run(
    'wrangler',
    'deploy',
    '--dry-run',
    '-c',
    'objects/wrangler.jsonc',
    '--outdir',
    'bundled',
  );
  const folder = join(consumer.folder, 'objects', 'bundled');
  const files = existsSync(folder) ? folder : join(consumer.folder, 'bundled');
  expect(readdirSync(files).join()).toContain('objects.wasm');
});
