import { type RateLimitResult, rateLimitHeaders } from '@codex/cloudflare-clients/shared';
import { beforeEach, expect, it, vi } from 'vitest';
import { moveTime } from '../../support/time.js';

beforeEach(() => {
  moveTime();
  vi.setSystemTime(1_000);
});

const admitted: RateLimitResult = {
  allowed: true,
  remaining: 4,
  resetAt: 900_500,
  limit: 5,
  retryAfterSeconds: 0,
};
const login = { limit: 5, window: 900, keyPrefix: 'rl:login:' };

it('says the policy, what remains, and in how many whole seconds the window ends', () => {
  expect(rateLimitHeaders(admitted, login)).toEqual({
    'RateLimit-Policy': '"login";q=5;w=900',
    RateLimit: '"login";r=4;t=900',
  });
});

it('says when to come again, where the call was refused', () => {
  const refused = { ...admitted, allowed: false, remaining: 0, retryAfterSeconds: 900 };
  expect(rateLimitHeaders(refused, login)).toMatchObject({ 'Retry-After': '900' });
});

it.each([
  ['rl:login:', '"login"'],
  ['login', '"login"'],
  ['rl:rl:a', '"rl:a"'],
  ['rl::', '"default"'],
  ['', '"default"'],
  ['a"\r\nX: \\é😀:', String.raw`"a\"__X: \\__"`],
])('names the policy of %j %s: a name cannot leave its quotes', (keyPrefix, name) => {
  const headers = rateLimitHeaders(admitted, { ...login, keyPrefix });
  expect(headers).toEqual({ 'RateLimit-Policy': `${name};q=5;w=900`, RateLimit: `${name};r=4;t=900` });
  expect(() => new Headers(headers)).not.toThrow();
});

it.each([
  [1, '0'],
  [-5, '0'],
  [Number.NaN, '0'],
  [1_000, '0'],
  [1_001, '1'],
  [Number.POSITIVE_INFINITY, '999999999999999'],
])('a window that ends at %d ends in %s seconds: an integer of at most 15 digits', (resetAt, seconds) => {
  const { RateLimit } = rateLimitHeaders({ ...admitted, resetAt }, login);
  expect(RateLimit).toBe(`"login";r=4;t=${seconds}`);
});

it('writes whole numbers alone', () => {
  const odd = { limit: 1e21, window: 1.5, keyPrefix: 'a' };
  expect(rateLimitHeaders({ ...admitted, remaining: -1 }, odd)).toEqual({
    'RateLimit-Policy': '"a";q=999999999999999;w=1',
    RateLimit: '"a";r=0;t=900',
  });
});

it.each([{ remaining: '4' }, { resetAt: undefined }, { allowed: false, retryAfterSeconds: '900\r\nX: y' }])(
  'refuses what no check returned: %j',
  (wrong) => {
    const call = () => rateLimitHeaders({ ...admitted, ...wrong } as never, login);
    expect(call).toThrow(expect.objectContaining({ code: 'invalid_limit' }));
  },
);
