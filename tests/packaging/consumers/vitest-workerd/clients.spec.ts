import { env } from 'cloudflare:workers';
import { CacheClient, RateLimiterClient, SessionCacheClient } from '@codex/cloudflare-clients';
import { expect, test } from 'vitest';

test('all three clients on a binding', async () => {
  const cache = new CacheClient(env.KV);
  expect(await cache.getOrSet('posts', 300, async () => ['first'])).toEqual(['first']);
  expect(await cache.getOrSet('posts', 300, async () => ['second'])).toEqual(['first']);

  const sessions = new SessionCacheClient(env.KV);
  const expiresAt = new Date(Date.now() + 3_600_000);
  await sessions.set('token', { session: { userId: 'u1', expiresAt }, user: { id: 'u1' } });
  expect(await sessions.deleteUserSessions('u1')).toBe(1);
  expect(await sessions.get('token')).toBeNull();

  const limiter = new RateLimiterClient(env.KV);
  const limit = { limit: 1, window: 60, keyPrefix: 'rl:' };
  expect(await limiter.checkLimit('203.0.113.7', limit)).toMatchObject({ allowed: true });
  expect(await limiter.checkLimit('203.0.113.7', limit)).toMatchObject({ allowed: false });
});
