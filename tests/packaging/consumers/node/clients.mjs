import { CacheClient, RateLimiterClient, SessionCacheClient } from '@codex/cloudflare-clients';
import { CloudflareClientsError, rateLimitHeaders } from '@codex/cloudflare-clients/shared';
import { createStrictKv } from '@codex/cloudflare-clients/testing';

const kv = createStrictKv();

const sessions = new SessionCacheClient(kv, { hashTokens: true });
const expiresAt = new Date(Date.now() + 3_600_000);
await sessions.set('token', { session: { userId: 'u1', expiresAt }, user: { id: 'u1' } });
const found = await sessions.get('token');

const cache = new CacheClient(kv);
await cache.getOrSet('posts', 300, async () => 'first');
const cached = await cache.getOrSet('posts', 300, async () => 'second');

const limiter = new RateLimiterClient(kv);
const limit = { limit: 1, window: 60, keyPrefix: 'rl:node:' };
const results = [await limiter.checkLimit('a', limit), await limiter.checkLimit('a', limit)];

const classes = await import('@codex/cloudflare-clients/durable-objects').catch((error) => error);

const output = {
  node: process.versions.node,
  session: { userId: found.session.userId },
  cached,
  allowed: results.map(({ allowed }) => allowed),
  headers: rateLimitHeaders(results[1], limit),
  classes: classes instanceof CloudflareClientsError && { code: classes.code, message: classes.message },
};
console.log(JSON.stringify(output));
