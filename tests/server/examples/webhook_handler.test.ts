// examples/webhook-handler through its real fetch handler.
import { type CachedSession, type KVHandle, SessionCacheClient } from '@codex/cloudflare-clients';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Server, serve } from '../../support/workerd.js';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
let server: Server;
let sessions: SessionCacheClient;

beforeAll(async () => {
  server = await serve(new URL('../../../examples/webhook-handler/src/index.ts', import.meta.url), {
    bindings: { kvNamespaces: { AUTH_SESSION_KV: 'kv' }, bindings: { WEBHOOK_SECRET: SECRET } },
  });
  const { AUTH_SESSION_KV } = await server.miniflare.getBindings<{ AUTH_SESSION_KV: KVHandle }>('main');
  sessions = new SessionCacheClient(AUTH_SESSION_KV, { hashTokens: true });
});
afterAll(() => server?.stop());

function signed(payload: unknown, { secret = SECRET, at = new Date() } = {}): RequestInit {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const signature = new Webhook(secret).sign('msg_1', at, body);
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signature,
  };
  return { method: 'POST', body, headers };
}
const post = async (init: RequestInit) => (await fetch(server.url, init)).status;

async function signIn(token: string, userId: string): Promise<void> {
  const expiresAt = new Date(Date.now() + 3_600_000);
  await sessions.set(token, { session: { expiresAt, userId }, user: { id: userId } });
}
const found = async (...tokens: string[]) =>
  (await Promise.all(tokens.map((token) => sessions.get(token)))).map(
    (session: CachedSession | null) => session !== null,
  );

it('signs a user out everywhere, and nobody else', async () => {
  for (const type of ['user.deleted', 'user.password_changed']) {
    await signIn('phone', 'ada');
    await signIn('laptop', 'ada');
    await signIn('other', 'bob');
    const answer = await fetch(server.url, signed({ type, data: { userId: 'ada' } }));
    expect([answer.status, await answer.text()]).toEqual([200, 'deleted 2\n']);
    expect(await found('phone', 'laptop', 'other')).toEqual([false, false, true]);
  }
});

it('ends one session', async () => {
  await signIn('one', 'ada');
  await signIn('two', 'ada');
  expect(await post(signed({ type: 'session.revoked', data: { token: 'one' } }))).toBe(200);
  expect(await found('one', 'two')).toEqual([false, true]);
});

it('believes nobody without a fresh signature', async () => {
  await signIn('kept', 'eve');
  const event = { type: 'user.deleted', data: { userId: 'eve' } };
  const other = `whsec_${Buffer.from('another secret of as many letters').toString('base64')}`;
  const old = new Date(Date.now() - 3_600_000);
  expect(await post(signed(event, { secret: other }))).toBe(401);
  expect(await post(signed(event, { at: old }))).toBe(401);
  expect(await post({ ...signed(event), body: JSON.stringify({ ...event, more: 1 }) })).toBe(401);
  expect(await post({ method: 'POST', body: JSON.stringify(event) })).toBe(401);
  expect(await found('kept')).toEqual([true]);
});

it('answers what it cannot use', async () => {
  expect((await fetch(server.url)).status).toBe(405);
  for (const payload of [
    { type: 'invoice.paid', data: {} },
    { type: 'user.deleted', data: {} },
    [],
    null,
    7,
  ]) {
    expect(await post(signed(payload)), JSON.stringify(payload)).toBe(202);
  }
  expect(await post(signed('not json'))).toBe(401);
  expect(await post(signed({ type: 'x', data: 'y'.repeat(70_000) }))).toBe(413);
  expect(server.uncaught).toEqual([]);
});
