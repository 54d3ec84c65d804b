import { fail, redirect } from '@sveltejs/kit';
import { signIn } from '$lib/server/credentials';
import { localPath, readInput, shown } from '$lib/server/input';
import { signInAttempts } from '$lib/server/limits';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const next = localPath(event.url.searchParams.get('next'), '/account');
  if (event.locals.user) redirect(303, next);
  return { next, attempts: await signInAttempts(event) };
};

export const actions: Actions = {
  default: async (event) => {
    const input = await readInput(event.request);
    const outcome = await signIn(event, input);
    event.setHeaders(outcome.headers);
    if (!outcome.ok) {
      return fail(outcome.status, { message: outcome.message, email: shown(input, 'email', 254) });
    }
    redirect(303, localPath(input.next, '/account'));
  },
};
