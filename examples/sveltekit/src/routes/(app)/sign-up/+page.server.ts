import { fail, redirect } from '@sveltejs/kit';
import { signUp } from '$lib/server/credentials';
import { readInput } from '$lib/server/input';
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
      const shown = (name: string) => String(input[name] ?? '').slice(0, 254);
      return fail(outcome.status, {
        message: outcome.message,
        name: shown('name'),
        email: shown('email'),
      });
    }
    redirect(303, '/account');
  },
};
