import type { RequestEvent } from '@sveltejs/kit';
import type { Device } from '$lib/types';
import { deviceName } from '$lib/user_agent';
import { createAuth } from './auth';
import { optional, sessionStore } from './clients';
import { forgetSession } from './sessions';

/**
 * The sign-ins of the visitor, the newest first; null when the list cannot be had. A record
 * holds the session's id and never its token, so nothing on the page could sign anyone in.
 */
export async function listDevices(event: RequestEvent): Promise<Device[] | null> {
  const { user, sessionId } = event.locals;
  if (!user) return [];
  const records = await optional(() => sessionStore(event)?.list(user.id));
  return (
    records
      ?.map(({ sessionId: id, userAgent, createdAt }) => ({
        id,
        name: deviceName(userAgent),
        since: createdAt.getTime(),
        isThisOne: id === sessionId,
      }))
      .sort((a, b) => Number(b.isThisOne) - Number(a.isThisOne) || b.since - a.since) ?? null
  );
}

/**
 * Ends one of the visitor's sessions. better-auth lists the sessions of who asks, so the id of
 * someone else's finds nothing: `none`.
 *
 * `unlisted`: it is on the visitor's list of devices and not on better-auth's, where sign-ins at the
 * same moment can lose one. Without its token it cannot be ended alone; "sign out everywhere"
 * ends it too.
 */
export async function signOutDevice(event: RequestEvent, id: string): Promise<'ended' | 'unlisted' | 'none'> {
  const auth = createAuth(event);
  const headers = event.request.headers;
  const session = (await auth.api.listSessions({ headers })).find((one) => one.id === id);
  if (!session) {
    const record = await optional(() => sessionStore(event)?.get(id));
    return record && record.customerId === event.locals.user?.id ? 'unlisted' : 'none';
  }
  await auth.api.revokeSession({ headers, body: { token: session.token } });
  await forgetSession(event, session);
  return 'ended';
}
