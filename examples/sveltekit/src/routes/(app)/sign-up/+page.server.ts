import { fail, redirect } from '@sveltejs/kit';
import { signUp } from '$lib/server/credentials';
import { readInput, shown } from '$lib/server/input';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (locals.user) redirect(303, '/account');
};

export const actions: Actions = {
  default: async (event) => {
    const input = await readInput(event.request);
    const outcome = await signUp(event, input);
    event.setHeaders(outcome.headers);
    if (!outcome.ok) {
      return fail(outcome.status, {
        message: outcome.message,
        name: shown(input, 'name', 80),
        email: shown(input, 'email', 254),
      });
    }
    redirect(303, '/account');
  },
};
