import type { RequestEvent } from '@sveltejs/kit';
import { optional, sessionStore } from './clients';

/** What better-auth tells of a session that it has made or renewed. */
interface StoredSession {
  id: string;
  userId: string;
  userAgent?: string | null;
  createdAt: Date | string;
}

/**
 * Notes a sign-in for the account page, and again when the session is renewed, so that both
 * last as long. Signing in works without: the list is a service, the session is better-auth's.
 */
export async function recordSession(event: RequestEvent, session: StoredSession): Promise<void> {
  await optional(() =>
    sessionStore(event)?.set({
      sessionId: session.id,
      customerId: session.userId,
      userAgent: (session.userAgent ?? '').slice(0, 300),
      createdAt: new Date(session.createdAt),
    }),
  );
}
