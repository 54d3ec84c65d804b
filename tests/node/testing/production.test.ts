// The clients on a KV with production's rules, all of them.
import { CacheClient, RateLimiterClient, SessionCacheClient } from '@codex/cloudflare-clients';
import { createStrictKv, type StrictKv } from '@codex/cloudflare-clients/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { code, listening } from '../../support/backend.js';
import { movedTime, pass } from '../../support/time.js';

const five = { limit: 5, window: 60, keyPrefix: 'rl:' };
const data = (userId = 'ada') => ({
  session: { id: 's', userId, token: 't', expiresAt: new Date(Date.now() + 86_400_000).toISOString() },
  user: { id: userId, email: 'ada@example.com', name: 'Ada', role: 'customer' as const, emailVerified: true },
});

let kv: StrictKv;

movedTime();
beforeEach(() => {
  kv = createStrictKv();
});

describe('RateLimiterClient', () => {
  it('meets no 429 in its isolate, however many checks there are', async () => {
    const limiter = new RateLimiterClient(kv);
    for (let i = 0; i < 100; i++) {
      await Promise.all(Array.from({ length: 20 }, () => limiter.checkLimit('203.0.113.7', five)));
      await pass(100);
    }
    expect(kv.operations.rateLimited).toBe(0);
    expect(kv.operations.writes).toBeLessThanOrEqual(3);
  });

  it('goes on counting when another isolate has just written, and adds up later', async () => {
    const { events, onEvent } = listening();
    const [a, b] = [kv.invocation(), kv.invocation()].map(
      (handle) => new RateLimiterClient(handle, { onEvent }),
    );
    expect(await a?.checkLimit('ada', five)).toMatchObject({ remaining: 4 });
    expect(await b?.checkLimit('ada', five)).toMatchObject({ remaining: 3 });
    expect(events).toContainEqual(expect.objectContaining({ note: 'kv_failed', code: 'kv_rate_limited' }));
    await pass(1_000);
    expect(await b?.checkLimit('ada', five)).toMatchObject({ allowed: true });
    await pass(1_000);
    expect(await a?.checkLimit('ada', five)).toMatchObject({ remaining: 1 });
    expect(JSON.parse((await kv.get('rl:ada')) ?? '')).toMatchObject({ count: 4 });
  });

  it('resets right after the check that was written, as after a sign-in that worked', async () => {
    const limiter = new RateLimiterClient(kv);
    await limiter.checkLimit('ada', five);
    const reset = limiter.reset('ada', 'rl:');
    await pass(3_000);
    await reset;
    expect(await kv.get('rl:ada')).toBeNull();
    expect(await limiter.checkLimit('ada', five)).toMatchObject({ remaining: 4 });
  });

  it('admits in each location until the counts have arrived there', async () => {
    const limiters = ['paris', 'tokyo'].map((location) => new RateLimiterClient(kv.at(location)));
    const window = { limit: 5, window: 600, keyPrefix: 'rl:' };
    const admitted = async () => {
      const results = await Promise.all(
        limiters.flatMap((limiter) => Array.from({ length: 10 }, () => limiter.checkLimit('ada', window))),
      );
      return results.filter(({ allowed }) => allowed).length;
    };
    expect(await admitted()).toBe(10);
    await pass(1_500);
    await admitted();
    await pass(120_000);
    expect(await new RateLimiterClient(kv.at('oslo')).checkLimit('ada', window)).toMatchObject({
      allowed: false,
    });
  });
});

describe('CacheClient', () => {
  it('says that a key was written twice within a second, and loads all the same', async () => {
    const cache = new CacheClient(kv);
    await cache.set('key', 'first', 60);
    expect(await code(cache.set('key', 'second', 60))).toBe('kv_rate_limited');
    expect(await code(cache.delete('key'))).toBe('kv_rate_limited');
    await pass(1_000);
    await cache.delete('key');
    expect(await cache.getOrSet('key', 60, () => 'loaded')).toBe('loaded');
    expect(await cache.get('key')).toBeNull();
  });

  it('loads once in each location, and shares what has arrived', async () => {
    const loader = vi.fn(() => 'loaded');
    await new CacheClient(kv.at('paris')).getOrSet('key', 300, loader);
    await pass(60_000);
    expect(await new CacheClient(kv.at('tokyo')).getOrSet('key', 300, loader)).toBe('loaded');
    expect(loader).toHaveBeenCalledTimes(1);
  });

  it('reads a hundred keys in an operation and clears no more than an invocation can', async () => {
    for (let i = 0; i < 1_200; i++) await kv.at('here').put(`page:${i}`, '1');
    await pass(1_000);
    const keys = Array.from({ length: 1_200 }, (_, i) => `page:${i}`);
    const reader = kv.invocation();
    expect((await new CacheClient(reader).getMany(keys)).size).toBe(1_200);
    expect(reader.operations).toMatchObject({ reads: 12, keysRead: 1_200 });

    const first = await new CacheClient(kv.invocation()).clear({ prefix: 'page:' });
    expect(first).toMatchObject({ deleted: 999, complete: false });
    // Without the cursor it walks through the traces of what was deleted.
    expect(await new CacheClient(kv.invocation()).clear({ prefix: 'page:' })).toEqual({
      deleted: 201,
      complete: true,
    });
    expect((await kv.list({ prefix: 'page:' })).keys).toEqual([]);
  });

  it('does not fail a request while KV is away half of the time', async () => {
    kv.fail({ kind: 'error', probability: 0.5, seed: 3 });
    const cache = new CacheClient(kv);
    for (let i = 0; i < 50; i++) expect(await cache.getOrSet(`key-${i}`, 60, () => i)).toBe(i);
  });
});

describe('SessionCacheClient', () => {
  it('deletes all sessions of a user in several invocations', async () => {
    for (let i = 0; i < 700; i++) {
      await new SessionCacheClient(kv.invocation()).set(`token-${i}`, data());
    }
    await pass(1_000);
    const signOut = () => new SessionCacheClient(kv.invocation()).deleteUserSessions('ada');
    expect(await code(signOut())).toBe('partial_failure');
    expect(await signOut()).toBeGreaterThan(200);
    expect(await signOut()).toBe(0);
    expect((await kv.list()).keys).toEqual([]);
  });

  it('serves a deleted session elsewhere for a minute: what the documentation warns of', async () => {
    const [here, tokyo] = [new SessionCacheClient(kv), new SessionCacheClient(kv.at('tokyo'))];
    await here.set('token', data());
    await pass(60_000);
    await here.delete('token');
    expect(await here.get('token')).toBeNull();
    expect(await tokyo.get('token')).not.toBeNull();
    await pass(60_000);
    expect(await tokyo.get('token')).toBeNull();
  });

  it('tells who signs out within the second of the sign-in that KV takes no write yet', async () => {
    const sessions = new SessionCacheClient(kv);
    await sessions.set('token', data());
    expect(await code(sessions.delete('token'))).toBe('kv_rate_limited');
    await pass(1_000);
    await sessions.delete('token');
    expect(await sessions.get('token')).toBeNull();
  });
});
