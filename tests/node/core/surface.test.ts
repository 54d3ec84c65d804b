import {
  CacheClient,
  CloudflareClientsError,
  clientKey,
  RATE_LIMITS,
  RateLimiterClient,
  rateLimitHeaders,
  SessionCacheClient,
} from '@codex/cloudflare-clients';
import { describe, expect, it, vi } from 'vitest';
import { hang } from '../../support/backend.js';
import { MockKV } from '../../support/mock_kv.js';
import { moveTime, pass } from '../../support/time.js';

const thrown = (f: () => unknown): CloudflareClientsError => {
  try {
    f();
  } catch (error) {
    return error as CloudflareClientsError;
  }
  return expect.fail('nothing was thrown');
};

describe.each([SessionCacheClient, RateLimiterClient, CacheClient])('$name', (Client) => {
  it('names the binding it needs, and what it got', () => {
    const cases: [unknown, string][] = [
      [undefined, 'undefined'],
      [null, 'null'],
      ['AUTH_SESSION_KV', 'string'],
      [{}, 'an object without get, put and delete'],
      [{ get: hang, put: hang }, 'an object without get, put and delete'],
    ];
    // Limits are kept on either kind.
    if (Client !== RateLimiterClient)
      cases.push([{ get: hang, idFromName: hang }, 'a Durable Object namespace']);
    for (const [handle, got] of cases) {
      const error = thrown(() => new Client(handle as never));
      expect(error).toBeInstanceOf(CloudflareClientsError);
      expect(error).toMatchObject({ code: 'invalid_handle', retryable: false });
      expect(error.message).toContain(`${Client.name} needs a KV namespace and got ${got}.`);
    }
  });

  it('refuses options that mean nothing', () => {
    const kv = new MockKV();
    for (const options of [
      { timeoutMs: 0 },
      { timeoutMs: Number.NaN },
      { timeoutMs: 1e12 },
      { onEvent: 'log' },
    ]) {
      expect(thrown(() => new Client(kv, options as never)).code).toBe('misconfigured');
    }
  });

  it('needs no options, also where JavaScript passes null', () => {
    expect(() => new Client(new MockKV(), null as never)).not.toThrow();
  });

  it('takes a proxy for a handle', () => {
    expect(() => new Client(new Proxy(new MockKV(), {}))).not.toThrow();
  });
});

it('refuses a policy that is none', () => {
  const error = thrown(() => new RateLimiterClient(new MockKV(), { onUnavailable: 'ignore' as never }));
  expect(error).toMatchObject({ code: 'misconfigured' });
  expect(error.message).toContain('throw, allow, deny');
});

it('waits 2 s for KV where onUnavailable is set, and without limit where it is not', async () => {
  moveTime();
  const config = { limit: 5, window: 60, keyPrefix: 'rl:' };
  const kv = { get: hang, put: hang, delete: hang };
  let answered = false;
  const denied = new RateLimiterClient(kv, { onUnavailable: 'deny' }).checkLimit('a', config);
  void new RateLimiterClient(kv).checkLimit('a', config).finally(() => {
    answered = true;
  });
  await pass(1_999);
  expect(vi.getTimerCount()).toBe(1);
  await pass(1);
  expect(await denied).toMatchObject({ allowed: false, degraded: true });
  await pass(600_000);
  expect(answered).toBe(false);
});

it('keys clients by their network', () => {
  expect(clientKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(clientKey('::ffff:203.0.113.7')).toBe('203.0.113.7');
  expect(thrown(() => clientKey(undefined as never)).code).toBe('invalid_key');
});

it('writes the fields of the RateLimit draft', () => {
  const result = {
    allowed: true,
    remaining: 3,
    resetAt: Date.now() + 60_000,
    limit: 5,
    retryAfterSeconds: 0,
  };
  expect(rateLimitHeaders(result, RATE_LIMITS.login)).toEqual({
    'RateLimit-Policy': '"login";q=5;w=900',
    RateLimit: '"login";r=3;t=60',
  });
  const refused = { ...result, allowed: false, remaining: 0, retryAfterSeconds: 60 };
  expect(new Headers(rateLimitHeaders(refused, RATE_LIMITS.login)).get('retry-after')).toBe('60');
});

it('offers limits that nobody can change', () => {
  expect(RATE_LIMITS.login).toEqual({ limit: 5, window: 900, keyPrefix: 'rl:login:' });
  expect(() => Object.assign(RATE_LIMITS.login, { limit: 500 })).toThrow(TypeError);
});

it('takes what is no listing for a failure of KV', async () => {
  for (const listing of [undefined, null, 'text', {}, { objects: [] }, { keys: 7, list_complete: true }]) {
    const kv = Object.assign(new MockKV(), { list: async () => listing });
    for (const call of [
      new SessionCacheClient(kv).deleteUserSessions('u'),
      new CacheClient(kv).clear({ prefix: 'p' }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'kv_unavailable' });
    }
  }
});
