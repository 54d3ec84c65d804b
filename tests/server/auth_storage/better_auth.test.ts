// The real better-auth on real objects, in workerd.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, serve } from '../../support/workerd.js';

let server: Server;
beforeAll(async () => {
  server = await serve(new URL('./better_auth_worker.ts', import.meta.url), {
    compatibilityFlags: ['nodejs_compat'],
    bindings: {
      durableObjects: { AUTH_DO: { className: 'AuthStorageDurableObject', useSQLite: true } },
      d1Databases: { DB: 'db' },
    },
  });
  // Neither sessions nor tokens nor limits: those are the objects'.
  const tables = await (await fetch(new URL('/migrate', server.url))).json();
  expect(tables).toEqual(['user', 'account']);
});
afterAll(() => server?.stop());

const MODES = ['secondary', 'custom'];
let addresses = 0;
/** An address of its own for each that asks, which no limit knows yet. */
const address = () => `203.0.${addresses >> 8}.${addresses++ & 255}`;

interface Call {
  body?: object;
  cookie?: string;
  from?: string;
  mode?: string;
}

/** One request; with a body it is a POST. */
async function call(path: string, { body, cookie, from = address(), mode = 'secondary' }: Call = {}) {
  const response = await fetch(new URL(`/${mode}/auth${path}`, server.url), {
    method: body ? 'POST' : 'GET',
    redirect: 'manual',
    headers: {
      'x-address': from,
      origin: 'http://app.test',
      ...(body && { 'content-type': 'application/json' }),
      ...(cookie && { cookie }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const cookies = response.headers.getSetCookie().map((line) => line.split(';', 1)[0]);
  return {
    status: response.status,
    retryAfter: response.headers.get('x-retry-after'),
    cookie: cookies.join('; '),
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : null,
  };
}

const password = 'correct horse battery';
async function signUp() {
  const email = `${crypto.randomUUID()}@example.test`;
  const { status, cookie } = await call('/sign-up/email', { body: { email, password, name: 'Ada' } });
  expect(status).toBe(200);
  return { email, cookie };
}
async function signIn(email: string, its = password) {
  const { status, cookie } = await call('/sign-in/email', { body: { email, password: its } });
  return { status, cookie };
}
const userOf = async (cookie: string) => (await call('/get-session', { cookie })).body?.user.email ?? null;
const mailTo = async (email: string) =>
  (await fetch(new URL(`/mail?to=${encodeURIComponent(email)}`, server.url))).text();

describe('sessions', () => {
  it('begin with a sign-up or a sign-in, and end with a sign-out', async () => {
    const { email, cookie } = await signUp();
    expect(await userOf(cookie)).toBe(email);
    expect((await signIn(email, 'wrong')).status).toBe(401);
    const second = await signIn(email);
    expect(await userOf(second.cookie)).toBe(email);
    expect((await call('/sign-out', { body: {}, cookie })).status).toBe(200);
    expect([await userOf(cookie), await userOf(second.cookie)]).toEqual([null, email]);
  });

  async function threeSessions() {
    const { email, cookie } = await signUp();
    const [second, third] = [await signIn(email), await signIn(email)];
    const list = (await call('/list-sessions', { cookie })).body as { token: string }[];
    expect(list).toHaveLength(3);
    return { email, cookies: [cookie, second.cookie, third.cookie] as [string, string, string] };
  }
  const users = (cookies: string[]) => Promise.all(cookies.map(userOf));

  it('are revoked one by one', async () => {
    const { email, cookies } = await threeSessions();
    const { token } = (await call('/get-session', { cookie: cookies[1] })).body.session;
    await call('/revoke-session', { body: { token }, cookie: cookies[0] });
    expect(await users(cookies)).toEqual([email, null, email]);
    expect((await call('/list-sessions', { cookie: cookies[0] })).body).toHaveLength(2);
  });

  it('are revoked together, with one that is being used', async () => {
    const { cookies } = await threeSessions();
    const using = Promise.all(Array.from({ length: 20 }, (_, i) => userOf(cookies[i % 3] as string)));
    expect((await call('/revoke-sessions', { body: {}, cookie: cookies[0] })).status).toBe(200);
    await using;
    expect(await users(cookies)).toEqual([null, null, null]);
  });

  it('are revoked together, also those that began at the same time', async () => {
    const { email, cookie } = await signUp();
    const together = await Promise.all(Array.from({ length: 10 }, () => signIn(email)));
    await call('/revoke-sessions', { body: {}, cookie });
    expect(await users([cookie, ...together.map(({ cookie }) => cookie)])).toEqual(Array(11).fill(null));
  });

  it('are revoked but for the own', async () => {
    const { email, cookies } = await threeSessions();
    await call('/revoke-other-sessions', { body: {}, cookie: cookies[2] });
    expect(await users(cookies)).toEqual([null, null, email]);
  });
});

describe('a token is used once, however many try', () => {
  const attempts = (one: (i: number) => Promise<{ status: number; cookie: string }>) =>
    Promise.all(Array.from({ length: 50 }, (_, i) => one(i)));

  it('to reset a password', async () => {
    const { email, cookie } = await signUp();
    await call('/request-password-reset', { body: { email } });
    const token = await mailTo(email);
    const results = await attempts((i) =>
      call('/reset-password', { body: { token, newPassword: `password ${i}` } }),
    );
    expect(results.map(({ status }) => status).toSorted()).toEqual([200, ...Array(49).fill(400)]);
    const winner = results.findIndex(({ status }) => status === 200);
    expect((await signIn(email, `password ${winner}`)).status).toBe(200);
    expect(await userOf(cookie)).toBeNull();
  });

  it('to sign in by a link', async () => {
    const { email } = await signUp();
    await call('/sign-in/magic-link', { body: { email } });
    const token = await mailTo(email);
    const results = await attempts(() => call(`/magic-link/verify?token=${token}`));
    const sessions = results.filter(({ cookie }) => cookie.includes('session_token'));
    expect(sessions).toHaveLength(1);
    expect(await userOf(sessions[0]?.cookie ?? '')).toBe(email);
  });
});

describe.each(MODES)('the limiter (%s)', (mode) => {
  it('admits exactly its number of 50 at once, for each address', async () => {
    const { email } = await signUp();
    const body = { email, password: 'wrong' };
    const [here, there] = [address(), address()];
    const from = (place: string) =>
      Promise.all(Array.from({ length: 50 }, () => call('/sign-in/email', { mode, body, from: place })));
    const results = (await Promise.all([from(here), from(there)])).map((all) =>
      all.map(({ status }) => status).toSorted(),
    );
    // better-auth's own rule for signing in: 3 in 10 seconds.
    const expected = [...Array(3).fill(401), ...Array(47).fill(429)];
    expect(results).toEqual([expected, expected]);
    const refused = await call('/sign-in/email', { mode, body, from: here });
    expect(refused.status).toBe(429);
    expect(Number(refused.retryAfter)).toBeGreaterThanOrEqual(1);
    expect(Number(refused.retryAfter)).toBeLessThanOrEqual(10);
  });
});

it('nothing reached the process uncaught', () => {
  expect(server.uncaught).toEqual([]);
});
