import { describe, it, expect, beforeEach } from 'vitest';
import { SessionCacheClient } from '@codex/cloudflare-clients';
import { MockKV } from '../../../support/mock_kv.js';

describe('SessionCacheClient', () => {
  let kv: MockKV;
  let client: SessionCacheClient;

  beforeEach(() => {
    kv = new MockKV();
    client = new SessionCacheClient(kv as any);
  });

  it('should cache and retrieve session', async () => {
    const sessionData = {
      session: {
        id: 'session-123',
        userId: 'user-456',
        token: 'token-789',
        expiresAt: new Date(Date.now() + 3600000).toISOString(), // 1 hour
      },
      user: {
        id: 'user-456',
        email: 'test@example.com',
        name: 'Test User',
        role: 'customer' as const,
        emailVerified: true,
      },
    };

    await client.set('token-789', sessionData);

    const cached = await client.get('token-789');
    expect(cached).toEqual(sessionData);
  });

  it('should return null for non-existent session', async () => {
    const cached = await client.get('non-existent');
    expect(cached).toBeNull();
  });

  it('should delete session', async () => {
    const sessionData = {
      session: {
        id: 'session-123',
        userId: 'user-456',
        token: 'token-789',
        expiresAt: new Date(Date.now() + 3600000).toISOString(),
      },
      user: {
        id: 'user-456',
        email: 'test@example.com',
        name: 'Test User',
        role: 'customer' as const,
        emailVerified: true,
      },
    };

    await client.set('token-789', sessionData);
    await client.delete('token-789');

    const cached = await client.get('token-789');
    expect(cached).toBeNull();
  });

  it('should set TTL based on session expiry', async () => {
    const expiresAt = new Date(Date.now() + 120000); // 2 minutes
    const sessionData = {
      session: {
        id: 'session-123',
        userId: 'user-456',
        token: 'token-789',
        expiresAt: expiresAt.toISOString(),
      },
      user: {
        id: 'user-456',
        email: 'test@example.com',
        name: 'Test User',
        role: 'customer' as const,
        emailVerified: true,
      },
    };

    await client.set('token-789', sessionData);

    // Should be cached
    const cached = await client.get('token-789');
    expect(cached).toEqual(sessionData);

    // Should respect TTL (test with mock time if needed)
  });
});
