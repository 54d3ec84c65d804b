// Runs what is kept of the documents: see README.md beside this file.
// @ts-expect-error SvelteKit exports it for its own use, without types.
import { with_request_store as withRequestStore } from '@sveltejs/kit/internal/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MockKV } from '../../support/mock_kv.js';
import { stopClock } from '../../support/time.js';
import { auth } from './stand_ins/auth.js';
import { content, db, eq, findMany } from './stand_ins/database.js';

const session = {
  id: 'session-1',
  userId: 'user-1',
  token: 'token',
  expiresAt: new Date(Date.now() + 3_600_000),
};
const user = { id: 'user-1', email: 'ada@example.com', name: 'Ada', emailVerified: true };
const asCached = { session: { ...session, expiresAt: session.expiresAt.toISOString() }, user };

let env: Record<string, MockKV>;
beforeEach(() => {
  env = { AUTH_SESSION_KV: new MockKV(), RATE_LIMIT_KV: new MockKV(), CACHE_KV: new MockKV() };
  vi.clearAllMocks();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** As SvelteKit calls a handler. */
function eventOf(url: string, { token, kv = true }: { token?: string; kv?: boolean } = {}) {
  return {
    url: new URL(url, 'http://localhost'),
    request: new Request(new URL(url, 'http://localhost'), { method: 'POST', body: new FormData() }),
    cookies: { get: () => token },
    getClientAddress: () => '203.0.113.7',
    platform: kv ? { env } : undefined,
    locals: {} as Record<string, unknown>,
  };
}

/** Runs a `handle` as SvelteKit's server does, which gives `sequence` what it needs to trace. */
async function runHook(handle: (input: object) => Promise<Response>, event: ReturnType<typeof eventOf>) {
  const span = { setAttributes: () => {} };
  const tracing = { record_span: ({ fn }: { fn: (span: object) => unknown }) => fn(span) };
  await withRequestStore({ event, state: { tracing } } as never, () =>
    handle({ event, resolve: () => new Response() }),
  );
  return event.locals;
}

const load = (path: string) => import(/* @vite-ignore */ path);

describe('hooks.server.ts', () => {
  it('of the KV document asks the database once, then KV', async () => {
    const { handle } = await load('./kv/hooks.server.ts');
    auth.api.getSession.mockResolvedValueOnce({ session, user });
    for (const expected of [{ session, user }, asCached, asCached]) {
      expect(await runHook(handle, eventOf('/', { token: 'token' }))).toEqual(expected);
    }
    expect(auth.api.getSession).toHaveBeenCalledTimes(1);
  });

  it('of the KV document works without KV, without a cookie and without a session', async () => {
    const { handle } = await load('./kv/hooks.server.ts');
    for (const options of [{ token: 'token', kv: false }, {}, { token: 'unknown' }]) {
      expect(await runHook(handle, eventOf('/', options))).toEqual({ session: null, user: null });
    }
  });

  it('of the README does the same', async () => {
    const fromDatabase = vi.fn(async (_: string) => ({ session, user }));
    vi.stubGlobal('fetchSessionFromDB', fromDatabase);
    const { handle } = await load('./clients/hooks.server.ts');
    for (const expected of [user, user]) {
      expect((await runHook(handle, eventOf('/', { token: 'token' }))).user).toEqual(expected);
    }
    expect(fromDatabase).toHaveBeenCalledTimes(1);
  });
});

describe('login/+server.ts', () => {
  it.each(['kv', 'clients'])('of %s refuses the sixth attempt', async (folder) => {
    const { POST } = await load(`./${folder}/login.ts`);
    const answers = [];
    for (let i = 0; i < 6; i++) answers.push((await POST(eventOf('/api/auth/login')))?.status);
    expect(answers).toEqual([undefined, undefined, undefined, undefined, undefined, 429]);
  });
});

describe('content/+server.ts', () => {
  it.each(['kv', 'clients'])('of %s queries once', async (folder) => {
    for (const [name, value] of Object.entries({ eq, content })) vi.stubGlobal(name, value);
    const { GET } = await load(`./${folder}/content.ts`);
    for (let i = 0; i < 3; i++) {
      const answer = await GET(eventOf('/api/content?category=rust'));
      expect(await answer.json()).toEqual([{ id: 'content-1', title: 'First' }]);
    }
    expect(findMany).toHaveBeenCalledTimes(1);
    await GET(eventOf('/api/content?category=rust', { kv: false }));
    expect(findMany).toHaveBeenCalledTimes(2);
  });
});

describe('Workers', () => {
  it('the queue consumers write the status of a job', async () => {
    const batch = { messages: [{ body: { mediaId: 'm1' } }] };
    await (await load('./kv/queue-consumer.ts')).default.queue(batch, env);
    expect(await env.CACHE_KV?.get('cache:media:processing-status:m1', 'json')).toBe('transcoding');
    await (await load('./clients/queue-consumer.ts')).default.queue(batch, env);
    expect(await env.CACHE_KV?.get('cache:media:status:m1', 'json')).toEqual({
      status: 'transcoding',
      progress: 0,
    });
  });

  it('the webhook handlers answer, and delete the session', async () => {
    await env.AUTH_SESSION_KV?.put('session:gone', JSON.stringify(asCached));
    vi.stubGlobal('sessionToken', 'gone');
    for (const folder of ['kv', 'clients']) {
      const { default: worker } = await load(`./${folder}/webhook-handler.ts`);
      expect(await (await worker.fetch(new Request('http://localhost/'), env)).text()).toBe('OK');
    }
    expect(await env.AUTH_SESSION_KV?.get('session:gone')).toBeNull();
  });
});

it('the planned API of the three clients runs as it was planned', async () => {
  // The sample's session is valid until the next day.
  stopClock(Date.parse('2025-11-15T00:00:00Z'));
  vi.stubGlobal('env', env);
  vi.stubGlobal('featuredContent', [{ id: 'featured' }]);
  for (const [name, value] of Object.entries({ db, eq, content })) vi.stubGlobal(name, value);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await load('./clients/session-cache.ts');
  await load('./clients/rate-limiter.ts');
  await load('./clients/cache.ts');
  expect(log).toHaveBeenCalledWith('Cache hit!', 'user@example.com');
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/^Remaining: 4, Resets at: /));
  expect(findMany).toHaveBeenCalledTimes(1);
  expect(Object.values(env).flatMap((kv) => [...kv.store.keys()])).toEqual([]);
});
