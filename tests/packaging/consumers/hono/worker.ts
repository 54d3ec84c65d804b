import {
  CacheClient,
  type CachedSession,
  clientKey,
  type KVHandle,
  RateLimiterClient,
  rateLimitHeaders,
  SessionCacheClient,
} from '@codex/cloudflare-clients';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';

interface AppEnv {
  Bindings: { AUTH_SESSION_KV: KVHandle; RATE_LIMIT_KV: KVHandle; CACHE_KV: KVHandle };
  Variables: { cache: CacheClient; sessions: SessionCacheClient; session: CachedSession | null };
}

const clients = createMiddleware<AppEnv>(async (c, next) => {
  const sessions = new SessionCacheClient(c.env.AUTH_SESSION_KV, { hashTokens: true });
  const token = getCookie(c, 'session');
  c.set('cache', new CacheClient(c.env.CACHE_KV));
  c.set('sessions', sessions);
  c.set('session', token ? await sessions.get(token) : null);
  await next();
});

/** Says in the headers of every answer what is left; the route behind it sees admitted requests only. */
const limited = (config: { limit: number; window: number; keyPrefix: string }) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const limiter = new RateLimiterClient(c.env.RATE_LIMIT_KV);
    const who = c.req.query('who') ?? clientKey(c.req.header('cf-connecting-ip') ?? '');
    const result = await limiter.checkLimit(who, config);
    if (result.allowed) await next();
    else c.res = c.text('Too many requests', 429);
    for (const [name, value] of Object.entries(rateLimitHeaders(result, config))) c.header(name, value);
  });

const app = new Hono<AppEnv>().use(clients);

app.get('/posts', async (c) => {
  const category = c.req.query('category') ?? '';
  const posts = await c.var.cache.getOrSet(`posts:${category}`, 300, async () => loadPosts(category));
  return c.json(posts);
});
app.post('/posts', async (c) => {
  const keys = (c.req.queries('category') ?? []).map((category) => `posts:${category}`);
  return c.json(Object.fromEntries(await c.var.cache.getMany<Posts>(keys)));
});
app.delete('/posts', async (c) =>
  c.json(await c.var.cache.clear({ prefix: `posts:${c.req.query('category')}` })),
);

app.get('/sessions', (c) => c.json({ user: c.var.session && { id: c.var.session.user.id } }));
app.post('/sessions', async (c) => {
  const userId = c.req.query('user') ?? '';
  const token = crypto.randomUUID();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await c.var.sessions.set(token, { session: { userId, expiresAt }, user: { id: userId } });
  setCookie(c, 'session', token);
  return c.json({ user: userId });
});
app.delete('/sessions', async (c) =>
  c.json({ deleted: await c.var.sessions.deleteUserSessions(c.var.session?.user.id ?? '') }),
);

const two = { limit: 2, window: 600, keyPrefix: 'rl:consumer:' };
app.post('/limit', limited(two), (c) => c.body(null, 204));

export default app;

interface Posts {
  titles: string[];
  load: string;
}

function loadPosts(category: string): Posts {
  return { titles: [`The latest on ${category}`], load: crypto.randomUUID() };
}
