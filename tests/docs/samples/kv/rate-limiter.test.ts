import { describe, it, expect, beforeEach } from 'vitest';
import { RateLimiterClient } from '@codex/cloudflare-clients';
import { MockKV } from '../../../support/mock_kv.js';

describe('RateLimiterClient', () => {
  let kv: MockKV;
  let client: RateLimiterClient;

  beforeEach(() => {
    kv = new MockKV();
    client = new RateLimiterClient(kv as any);
  });

  it('should allow requests within limit', async () => {
    const result = await client.checkLimit('192.168.1.1', {
      limit: 5,
      window: 60,
      keyPrefix: 'rl:test:',
    });

    expect(result.allowed).toBe(true);
    expect(result.remaining).toBe(4);
  });

  it('should block requests exceeding limit', async () => {
    // Make 5 requests (hit limit)
    for (let i = 0; i < 5; i++) {
      await client.checkLimit('192.168.1.1', {
        limit: 5,
        window: 60,
        keyPrefix: 'rl:test:',
      });
    }

    // 6th request should be blocked
    const result = await client.checkLimit('192.168.1.1', {
      limit: 5,
      window: 60,
      keyPrefix: 'rl:test:',
    });

    expect(result.allowed).toBe(false);
    expect(result.remaining).toBe(0);
  });

  it('should reset counter after window expires', async () => {
    // Make 5 requests
    for (let i = 0; i < 5; i++) {
      await client.checkLimit('192.168.1.1', {
        limit: 5,
        window: 1, // 1 second window
        keyPrefix: 'rl:test:',
      });
    }

    // Wait for window to expire
    await new Promise(resolve => setTimeout(resolve, 1100));

    // Should allow new request
    const result = await client.checkLimit('192.168.1.1', {
      limit: 5,
      window: 60,
      keyPrefix: 'rl:test:',
    });

    expect(result.allowed).toBe(true);
    expect(result.remaining).toBe(4);
  });

  it('should track different identifiers separately', async () => {
    await client.checkLimit('192.168.1.1', {
      limit: 5,
      window: 60,
      keyPrefix: 'rl:test:',
    });

    const result = await client.checkLimit('192.168.1.2', {
      limit: 5,
      window: 60,
      keyPrefix: 'rl:test:',
    });

    expect(result.remaining).toBe(4); // Should start fresh for new IP
  });
});
