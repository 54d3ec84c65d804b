import { fail, redirect } from '@sveltejs/kit';
import { signIn } from '$lib/server/credentials';
import { localPath, readInput } from '$lib/server/input';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
  const next = localPath(url.searchParams.get('next'), '/account');
  if (locals.user) redirect(303, next);
  return { next };
};

export const actions: Actions = {
  default: async (event) => {
    const input = await readInput(event.request);
    const outcome = await signIn(event, input);
    event.setHeaders(outcome.headers);
    if (!outcome.ok) {
      const email = typeof input.email === 'string' ? input.email.slice(0, 254) : '';
      return fail(outcome.status, { message: outcome.message, email });
    }
    redirect(303, localPath(input.next, '/account'));
  },
};
