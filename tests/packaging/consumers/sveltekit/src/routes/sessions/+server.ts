import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** Who asks. */
export const GET: RequestHandler = ({ locals }) => json({ user: locals.session?.user ?? null });

/** Signs in. */
export const POST: RequestHandler = async ({ cookies, locals, url }) => {
  const userId = url.searchParams.get('user') ?? '';
  const token = crypto.randomUUID();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await locals.sessions.set(token, { session: { userId, expiresAt }, user: { id: userId } });
  cookies.set('session', token, { path: '/' });
  return json({ user: userId });
};

/** Signs out everywhere. */
export const DELETE: RequestHandler = async ({ locals }) =>
  json({ deleted: await locals.sessions.deleteUserSessions(locals.session?.user.id ?? '') });
