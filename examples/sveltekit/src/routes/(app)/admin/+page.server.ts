import { fail, redirect } from '@sveltejs/kit';
import { purge, requireOwner } from '$lib/server/admin';
import { readInput } from '$lib/server/input';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  if (!event.locals.user) redirect(303, '/sign-in?next=/admin');
  await requireOwner(event);
};

export const actions: Actions = {
  default: async (event) => {
    const input = await readInput(event.request);
    const outcome = await purge(event, input);
    if (!outcome.ok) {
      return fail(outcome.status, {
        message: outcome.message,
        prefix: String(input.prefix ?? '').slice(0, 200),
      });
    }
    const { prefix, deleted, complete, cursor } = outcome;
    return { prefix, deleted, complete, cursor };
  },
};
