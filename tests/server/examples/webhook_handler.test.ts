// examples/webhook-handler through its real fetch handler.
import {
  type CachedSession,
  type KVHandle,
  SessionCacheClient,
  type SessionObjects,
  SessionStoreClient,
} from '@codex/cloudflare-clients';
import { SESSION_CACHE, SESSION_SECONDS } from 'example-shared/sessions';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundled, type Server, serve } from '../../support/workerd.js';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
interface KV extends KVHandle {
  getWithMetadata(key: string): Promise<{ value: string | null; metadata: unknown }>;
  list(options: { prefix: string }): Promise<{ keys: { name: string }[] }>;
}

let server: Server;
/** As the app has them. */
let sessions: SessionCacheClient;
let devices: SessionStoreClient;
let kv: KV;
let objects: SessionObjects;

beforeAll(async () => {
  server = await serve(new URL('../../../examples/webhook-handler/src/index.ts', import.meta.url), {
    bindings: {
      kvNamespaces: { AUTH_SESSION_KV: 'kv' },
      durableObjects: { SESSION_DO: { className: 'SessionDurableObject', scriptName: 'objects' } },
      bindings: { WEBHOOK_SECRET: SECRET },
    },
    others: [
      {
        name: 'objects',
        ...(await bundled(new URL('../../../examples/objects/src/index.ts', import.meta.url))),
        compatibilityDate: '2026-08-01',
        durableObjects: { SESSIONS: { className: 'SessionDurableObject', useSQLite: true } },
      },
    ],
  });
  const { AUTH_SESSION_KV, SESSION_DO } = await server.miniflare.getBindings<{
    AUTH_SESSION_KV: KV;
    SESSION_DO: SessionObjects;
  }>('main');
  kv = AUTH_SESSION_KV;
  objects = SESSION_DO;
  sessions = new SessionCacheClient(kv, { ...SESSION_CACHE, revocations: SESSION_DO });
  devices = new SessionStoreClient(SESSION_DO, { ttlSeconds: SESSION_SECONDS });
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

// Each time other users: right after a revocation, what may have been read before it is not cached.
it.each(['user.deleted', 'user.password_changed'])(
  'signs a user out everywhere, and nobody else: %s',
  async (type) => {
    const userId = `ada after ${type}`;
    await signIn('phone', userId);
    await signIn('laptop', userId);
    await signIn('other', 'bob');
    const answer = await fetch(server.url, signed({ type, data: { userId } }));
    expect([answer.status, await answer.text()]).toEqual([200, 'deleted 2\n']);
    expect(await found('phone', 'laptop', 'other')).toEqual([false, false, true]);
  },
);

it('ends one session', async () => {
  await signIn('one', 'cleo');
  await signIn('two', 'cleo');
  expect(await post(signed({ type: 'session.revoked', data: { token: 'one' } }))).toBe(200);
  expect(await found('one', 'two')).toEqual([false, true]);
});

it.each([
  { type: 'session.revoked', data: { token: 'late session' } },
  { type: 'user.deleted', data: { userId: 'late user.deleted' } },
])('ends what KV goes on showing elsewhere: $type', async (event) => {
  const token = event.data.token ?? 'late';
  await signIn(token, `late ${event.type}`);
  const { keys } = await kv.list({ prefix: 'session-hash:' });
  const shown = await Promise.all(
    keys.map(async ({ name }) => ({ name, ...(await kv.getWithMetadata(name)) })),
  );
  expect(await post(signed(event))).toBe(200);
  for (const { name, value, metadata } of shown) await kv.put(name, value ?? '', { metadata });

  // With a handle of its own it knows nothing yet, as an isolate elsewhere. One that has asked asks again after
  // the app's five seconds.
  const { idFromName, get } = objects as unknown as Record<string, (of: unknown) => object>;
  const revocations = { idFromName, get } as unknown as SessionObjects;
  const elsewhere = new SessionCacheClient(kv, { ...SESSION_CACHE, revocations });
  expect(await elsewhere.get(token)).toBeNull();
});

it('empties the list of devices of a user', async () => {
  const record = { sessionId: 's1', customerId: 'dora', userAgent: '', createdAt: new Date() };
  await devices.set(record);
  await devices.set({ ...record, sessionId: 's2', customerId: 'bob' });
  expect(await post(signed({ type: 'user.password_changed', data: { userId: 'dora' } }))).toBe(200);
  expect([await devices.list('dora'), (await devices.list('bob')).length]).toEqual([[], 1]);
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
