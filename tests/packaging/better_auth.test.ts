// docs/better-auth.md word by word: a new SvelteKit app, and the Worker that owns its objects.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { snippetsOf } from '../support/snippets.ts';
import { Consumer, loopback } from './consumer.ts';
import { BESIDE_SVELTEKIT, SVELTEKIT } from './sveltekit_suite.ts';

let consumer: Consumer;
beforeAll(async () => {
  const templates = ['tests/packaging/consumers/tutorial', 'tests/packaging/consumers/better-auth'];
  consumer = await Consumer.install(templates, [...SVELTEKIT, ...BESIDE_SVELTEKIT, 'better-auth']);
  for (const { file, language, code } of snippetsOf('docs/better-auth.md')) {
    const name = language === 'sql' ? 'migrations/0001_auth.sql' : file;
    if (!name) continue;
    mkdirSync(dirname(join(consumer.folder, name)), { recursive: true });
    writeFileSync(join(consumer.folder, name), code);
  }
  writeFileSync(
    join(consumer.folder, '.dev.vars'),
    'AUTH_SECRET=a secret of more than thirty-two characters',
  );
});
afterAll(() => consumer?.remove());

async function tour(origin: string, address: string): Promise<void> {
  const post = (path: string, body: object, cookie = '') =>
    fetch(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, cookie, 'cf-connecting-ip': address },
      body: JSON.stringify(body),
    });
  const me = async (cookie: string) =>
    (await (await fetch(`${origin}/me`, { headers: { cookie } })).json()).user;
  const ada = { email: 'ada@example.test', password: 'correct horse battery', name: 'Ada' };
  const signedUp = await post('/api/auth/sign-up/email', ada);
  expect(signedUp.status).toBe(200);
  const cookie = signedUp.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  expect(await me(cookie)).toMatchObject({ name: 'Ada' });
  expect(await me('')).toBeNull();

  const wrong = { ...ada, password: 'wrong' };
  const attempts = await Promise.all(
    Array.from({ length: 10 }, () => post('/api/auth/sign-in/email', wrong)),
  );
  expect(attempts.map(({ status }) => status).toSorted()).toEqual([
    ...Array(3).fill(401),
    ...Array(7).fill(429),
  ]);

  expect((await post('/api/auth/sign-out', {}, cookie)).status).toBe(200);
  expect(await me(cookie)).toBeNull();
}

test('its types hold', async () => {
  await consumer.run('svelte-kit', 'sync');
  await consumer.run('tsc', '--noEmit');
});

test('`npm run dev` beside the Worker of the objects', async () => {
  await consumer.run('wrangler', 'd1', 'migrations', 'apply', 'DB', '--local');
  const objects = await consumer.wrangler('-c', 'objects/wrangler.jsonc');
  try {
    const app = await consumer.serve('vite', 'dev', ...loopback());
    await tour(app.url, '203.0.113.1').finally(app.stop);
  } finally {
    await objects.stop();
  }
});

test('the built app and the Worker of the objects, in workerd', async () => {
  console.log('Building the app of docs/better-auth.md (about 10 s)');
  await consumer.run('vite', 'build', '--logLevel', 'warn');
  const both = ['-c', 'wrangler.jsonc', '-c', 'objects/wrangler.jsonc'];
  const migrate = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', '.wrangler/built'];
  await consumer.run('wrangler', ...migrate);
  const server = await consumer.wrangler(...both, '--persist-to', '.wrangler/built');
  try {
    await tour(server.url, '203.0.113.2');
  } finally {
    await server.stop();
  }
});
