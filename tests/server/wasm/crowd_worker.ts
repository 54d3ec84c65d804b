import { CacheClient, RateLimiterClient, SessionCacheClient } from '@codex/cloudflare-clients';

interface Env {
  KV: ConstructorParameters<typeof CacheClient>[0];
}

declare const scheduler: { wait(ms: number): Promise<void> };

const stuck = () => new Promise<never>(() => {});

/** Requests of every fate at once: see crowd.test.ts. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const id = searchParams.get('id') ?? '';
    const cache = new CacheClient(env.KV);
    // Random, so that the requests meet in every order.
    const load = () => scheduler.wait(Math.random() * 20).then(() => `value of ${id}`);
    switch (pathname) {
      case '/works':
        return Response.json(await work(env, cache, id, load));
      case '/throws': {
        const failing = cache.getOrSet(`throws:${id}`, 60, () =>
          load().then(() => Promise.reject(new Error(id))),
        );
        return Response.json({ error: await failing.catch(({ message }) => message) });
      }
      // Ends while its calls are under way.
      case '/leaves':
        void cache.getOrSet(`leaves:${id}`, 60, load);
        void new SessionCacheClient(env.KV).get(id);
        return Response.json({ left: id });
      // Never ends by itself: the caller cancels it.
      case '/hangs': {
        const kv = { get: stuck, put: stuck, delete: stuck };
        await Promise.race([new CacheClient(kv).get(id), scheduler.wait(60_000)]);
        return Response.json({});
      }
      case '/down': {
        const kv = { get: () => Promise.reject(new Error(id)), put: stuck, delete: stuck };
        return Response.json({ code: await new SessionCacheClient(kv).get(id).catch(({ code }) => code) });
      }
      default:
        return new Response('no such path', { status: 404 });
    }
  },
};

async function work(env: Env, cache: CacheClient, id: string, load: () => Promise<string>) {
  const sessions = new SessionCacheClient(env.KV, { hashTokens: true });
  const expiresAt = new Date(Date.now() + 60_000);
  await sessions.set(id, { session: { expiresAt, userId: id }, user: { id } });
  const [session, own, shared, limit] = await Promise.all([
    sessions.get(id),
    cache.getOrSet(`own:${id}`, 60, load),
    cache.getOrSet('shared', 60, () => scheduler.wait(10).then(() => 'shared')),
    new RateLimiterClient(env.KV).checkLimit(id, { limit: 1, window: 60, keyPrefix: 'rl:' }),
  ]);
  return { user: session?.user.id, own, shared, allowed: limit.allowed };
}
