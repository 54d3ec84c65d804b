import { unique } from '../../support/backend.js';

export const HOUR = 3_600_000;

export function session(
  userId = unique('user'),
  expiresAt: string | Date = new Date(Date.now() + HOUR).toISOString(),
) {
  const token = unique('token');
  return {
    token,
    data: {
      session: { id: 'session-1', userId, token, expiresAt, ipAddress: '203.0.113.7' },
      user: {
        id: userId,
        email: 'ada@example.com',
        name: 'Ada',
        role: 'customer' as const,
        emailVerified: true,
      },
    },
  };
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
