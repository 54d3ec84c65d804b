import { json } from '@sveltejs/kit';
import { signIn } from '$lib/server/credentials';
import { readInput } from '$lib/server/input';
import type { RequestHandler } from './$types';

/** A form or JSON. Outside form actions a refusal is a Response, not fail(). */
export const POST: RequestHandler = async (event) => {
  const outcome = await signIn(event, await readInput(event.request));
  if (!outcome.ok) {
    const { status, message, headers } = outcome;
    return json({ message }, { status, headers });
  }
  const { id, email, name } = outcome.user;
  return json({ user: { id, email, name } }, { headers: outcome.headers });
};
