// Identifiers that visitors choose, on every kind of handle.
import { type RateLimitConfig, RateLimiterClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { code, unique } from '../../support/backend.js';
import type { LimitBackend } from './limits.js';

const limit = (keyPrefix: string): RateLimitConfig => ({ limit: 5, window: 60, keyPrefix });

/** Pairs of a prefix and an identifier that must not be counted together. */
function pairs(id: string): [string, string][] {
  const long = id.repeat(200);
  return [
    ['rl:', `login:${id}`],
    ['rl:login:', id],
    ['rl:', `login%3A${id}`],
    ['rl:login:', `${id}:`],
    ['rl:login:', `${id}%`],
    ['rl:login:', `${id}%25`],
    ['rl:login:', `${id}%3A`],
    ['rl:', `%3A${id}`],
    ['rl:', `:${id}`],
    // Of 512 bytes and more, and by their encoding.
    ['rl:login:', `${id}${'x'.repeat(512 - id.length)}`],
    ['rl:login:', `${id}${'x'.repeat(513 - id.length)}`],
    ['rl:login:', `${id}${':'.repeat(300)}`],
    ['rl:login:', `${id}${':'.repeat(301)}`],
    ['rl:login:', `${id}${'€'.repeat(171)}`],
    ['rl:login:', long],
    ['rl:api:', long],
    ['rl:login:', `${long}.`],
    ['rl:login:', `${id.padEnd(65_535, 'x')}a`],
    ['rl:login:', `${id.padEnd(65_535, 'x')}b`],
    ['rl:login:', id.padEnd(65_537, 'x')],
    ['rl:login:', id.padEnd(65_538, 'x')],
  ];
}

export function identifiersSuite(backend: LimitBackend): void {
  it('counts each prefix and identifier apart, whatever a visitor chooses', async () => {
    const limiter = new RateLimiterClient(backend.isolate());
    const all = pairs(unique('id'));
    for (const [keyPrefix, id] of all) {
      expect(await limiter.checkLimit(id, limit(keyPrefix)), `${keyPrefix} ${id.slice(0, 60)}`).toMatchObject(
        {
          allowed: true,
          remaining: 4,
        },
      );
    }
    for (const [keyPrefix, id] of all) {
      expect(await limiter.checkLimit(id, limit(keyPrefix))).toMatchObject({ remaining: 3 });
      expect(await limiter.peek(id, limit(keyPrefix))).toMatchObject({ remaining: 3 });
      await limiter.reset(id, keyPrefix);
      expect(await limiter.peek(id, limit(keyPrefix))).toMatchObject({ remaining: 5 });
    }
  });

  it('counts a long identifier in other isolates too, and not with its hash', async () => {
    const id = unique('id').repeat(200);
    const one = new RateLimiterClient(backend.isolate());
    await one.checkLimit(id, limit('rl:'), { cost: 5 });
    expect((await new RateLimiterClient(backend.isolate()).checkLimit(id, limit('rl:'))).allowed).toBe(false);
    const bytes = new TextEncoder().encode(id);
    const hex = (digest: ArrayBuffer) =>
      Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
    const hash = hex(await crypto.subtle.digest('SHA-256', bytes));
    for (const known of [hash, `%sha256-${hash}`]) {
      expect(await one.checkLimit(known, limit('rl:'))).toMatchObject({ remaining: 4 });
    }
  });

  it('takes dots, and refuses what leaves nothing to count under, or no room', async () => {
    const limiter = new RateLimiterClient(backend.isolate());
    for (const id of ['.', '..']) {
      await limiter.reset(id, '');
      expect(await limiter.checkLimit(id, limit(''))).toMatchObject({ remaining: 4 });
      await limiter.reset(id, '');
    }
    expect(await code(limiter.checkLimit('', limit('')))).toBe('invalid_key');
    expect(await code(limiter.checkLimit('a', limit('x'.repeat(513))))).toBe('invalid_key');
    expect(await code(limiter.reset('a', 'x'.repeat(513)))).toBe('invalid_key');
    expect(await code(limiter.checkLimit('a', limit('€'.repeat(171))))).toBe('invalid_key');
  });
}
