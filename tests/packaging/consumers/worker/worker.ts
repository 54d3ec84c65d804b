import {
  CacheClient,
  RateLimiterClient,
  rateLimitHeaders,
  SessionCacheClient,
} from '@codex/cloudflare-clients';

interface Env {
  AUTH_SESSION_KV: KVNamespace;
  RATE_LIMIT_KV: KVNamespace;
  CACHE_KV: KVNamespace;
}

export default {
  async fetch(request, env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const cache = new CacheClient(env.CACHE_KV);
    const sessions = new SessionCacheClient(env.AUTH_SESSION_KV, { hashTokens: true });
    const category = searchParams.get('category') ?? '';
    const token = /session=([^;]+)/.exec(request.headers.get('cookie') ?? '')?.[1];
    const session = token ? await sessions.get(token) : null;

    switch (`${request.method} ${pathname}`) {
      case 'GET /posts':
        return Response.json(await cache.getOrSet(`posts:${category}`, 300, async () => loadPosts(category)));
      case 'POST /posts': {
        const keys = searchParams.getAll('category').map((name) => `posts:${name}`);
        return Response.json(Object.fromEntries(await cache.getMany(keys)));
      }
      case 'DELETE /posts':
        return Response.json(await cache.clear({ prefix: `posts:${category}` }));
      case 'GET /sessions':
        return Response.json({ user: session?.user ?? null });
      case 'POST /sessions': {
        const userId = searchParams.get('user') ?? '';
        const fresh = crypto.randomUUID();
        const expiresAt = new Date(Date.now() + 3_600_000);
        await sessions.set(fresh, { session: { userId, expiresAt }, user: { id: userId } });
        return Response.json({ user: userId }, { headers: { 'set-cookie': `session=${fresh}` } });
      }
      case 'DELETE /sessions':
        return Response.json({ deleted: await sessions.deleteUserSessions(session?.user.id ?? '') });
      case 'POST /limit': {
        const limit = { limit: 2, window: 600, keyPrefix: 'rl:consumer:' };
        const result = await new RateLimiterClient(env.RATE_LIMIT_KV).checkLimit(
          searchParams.get('who') ?? '',
          limit,
        );
        return new Response(null, {
          status: result.allowed ? 204 : 429,
          headers: rateLimitHeaders(result, limit),
        });
      }
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;

function loadPosts(category: string) {
  return { titles: [`The latest on ${category}`], load: crypto.randomUUID() };
}
