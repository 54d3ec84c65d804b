import {
  CacheClient,
  CloudflareClientsError,
  clientKey,
  RateLimiterClient,
  SessionCacheClient,
} from '@codex/cloudflare-clients';
import { expect, test } from 'vitest';

/** As much of a KV namespace as a test needs. */
class MapKV {
  readonly values = new Map<string, string>();
  async get(key: string, type: 'json' | 'text' = 'text') {
    const value = this.values.get(key);
    return value !== undefined && type === 'json' ? JSON.parse(value) : (value ?? null);
  }
  async put(key: string, value: string) {
    this.values.set(key, value);
  }
  async delete(key: string) {
    this.values.delete(key);
  }
}

test('sessions', async () => {
  const sessions = new SessionCacheClient(new MapKV());
  const expiresAt = new Date(Date.now() + 3_600_000);
  await sessions.set('token', { session: { userId: 'u1', expiresAt }, user: { id: 'u1' } });
  expect(await sessions.get('token')).toEqual({
    session: { userId: 'u1', expiresAt: expiresAt.toISOString() },
    user: { id: 'u1' },
  });
});

test('limits', async () => {
  const limiter = new RateLimiterClient(new MapKV());
  const limit = { limit: 1, window: 60, keyPrefix: 'rl:' };
  const who = clientKey('203.0.113.7');
  expect(await limiter.checkLimit(who, limit)).toMatchObject({ allowed: true, remaining: 0 });
  expect(await limiter.checkLimit(who, limit)).toMatchObject({ allowed: false });
});

test('cached values', async () => {
  const kv = new MapKV();
  const cache = new CacheClient(kv);
  expect(await cache.getOrSet('posts', 300, async () => ['first'])).toEqual(['first']);
  expect(await cache.getOrSet('posts', 300, async () => ['second'])).toEqual(['first']);
  expect(kv.values.get('posts')).toBe('["first"]');
});

test('errors', async () => {
  const error = await new CacheClient(new MapKV()).set('', 1, 300).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CloudflareClientsError);
  expect(error).toMatchObject({ code: 'invalid_key' });
});
