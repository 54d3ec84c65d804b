import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** Who asks. */
export const GET: RequestHandler = ({ locals }) => json({ user: locals.session?.user ?? null });

/** Signs in. */
export const POST: RequestHandler = async ({ locals, request }) => {
  const { token, userId } = (await request.json()) as { token: string; userId: string };
  await locals.sessions.set(token, {
    session: { userId, expiresAt: new Date(Date.now() + 3_600_000) },
    user: { id: userId },
  });
  return json({});
};

/** Signs out everywhere. */
export const DELETE: RequestHandler = async ({ locals }) =>
  json({ deleted: await locals.sessions.deleteUserSessions(locals.session?.user.id ?? '') });
