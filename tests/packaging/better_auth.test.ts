// docs/better-auth.md word by word: a new SvelteKit app, with its objects in the same Worker.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { snippetsOf } from '../support/snippets.ts';
import { Consumer, loopback } from './consumer.ts';
import { BESIDE_SVELTEKIT, SVELTEKIT } from './sveltekit_suite.ts';
import { follow } from './tutorial.ts';

let consumer: Consumer;
beforeAll(async () => {
  const template = 'tests/packaging/consumers/better-auth';
  consumer = await Consumer.install(template, [...SVELTEKIT, ...BESIDE_SVELTEKIT, 'better-auth']);
  const snippets = snippetsOf('docs/better-auth.md');
  const sql = snippets.filter(({ language }) => language === 'sql');
  const tables = sql.map((one) => ({ ...one, file: 'migrations/0001_auth.sql', as: 'file' as const }));
  follow(consumer.folder, [...snippets, ...tables]);
  writeFileSync(
    join(consumer.folder, '.dev.vars'),
    'AUTH_SECRET=a secret of more than thirty-two characters',
  );
});
afterAll(() => consumer?.remove());

async function tour(origin: string, address: string, name: string): Promise<void> {
  const post = (path: string, body: object, cookie = '') =>
    fetch(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, cookie, 'cf-connecting-ip': address },
      body: JSON.stringify(body),
    });
  const me = async (cookie: string) =>
    (await (await fetch(`${origin}/me`, { headers: { cookie } })).json()).user;
  const person = { email: `${name}@example.test`, password: 'correct horse battery', name };
  const signedUp = await post('/api/auth/sign-up/email', person);
  expect(signedUp.status).toBe(200);
  const cookie = signedUp.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  expect(await me(cookie)).toMatchObject({ name });
  expect(await me('')).toBeNull();

  const wrong = { ...person, password: 'wrong' };
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

test('`npm run build` and `npx wrangler dev`, and `npm run dev` beside it', async () => {
  console.log('Building the app of docs/better-auth.md (about 10 s)');
  await consumer.run('vite', 'build', '--logLevel', 'warn');
  await consumer.run('wrangler', 'd1', 'migrations', 'apply', 'DB', '--local');
  const built = await consumer.wrangler();
  try {
    await tour(built.url, '203.0.113.2', 'ada');
    const app = await consumer.serve('vite', 'dev', ...loopback());
    await tour(app.url, '203.0.113.1', 'grace').finally(app.stop);
  } finally {
    await built.stop();
  }
});
