import { SessionCacheClient } from '@codex/cloudflare-clients';

// Initialize with KV namespace binding
const sessionCache = new SessionCacheClient(env.AUTH_SESSION_KV);

// Cache a session
await sessionCache.set('session-token-123', {
  session: {
    id: 'session-id',
    userId: 'user-id',
    token: 'session-token-123',
    expiresAt: '2025-11-16T00:00:00Z',
  },
  user: {
    id: 'user-id',
    email: 'user@example.com',
    name: 'John Doe',
    role: 'creator',
    emailVerified: true,
  },
});

// Get cached session
const cached = await sessionCache.get('session-token-123');
if (cached) {
  console.log('Cache hit!', cached.user.email);
}

// Invalidate session (on logout)
await sessionCache.delete('session-token-123');

export {};
