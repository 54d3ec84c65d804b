import { fail, redirect } from '@sveltejs/kit';
import { purge, requireOwner } from '$lib/server/admin';
import { flash } from '$lib/server/flash';
import { readInput, shown } from '$lib/server/input';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  if (!event.locals.user) redirect(303, '/sign-in?next=/admin');
  await requireOwner(event);
  // A purge that has more to do leads back here with where it stopped.
  const { searchParams } = event.url;
  return { prefix: searchParams.get('prefix') ?? 'cache:content:', cursor: searchParams.get('cursor') };
};

export const actions: Actions = {
  default: async (event) => {
    const input = await readInput(event.request);
    const outcome = await purge(event, input);
    if (!outcome.ok) {
      return fail(outcome.status, { message: outcome.message, prefix: shown(input, 'prefix', 200) });
    }
    const { prefix, deleted, cursor } = outcome;
    const more = cursor ? ' There are more: purge again to go on.' : '';
    flash(event, `${deleted} ${deleted === 1 ? 'key' : 'keys'} under ${prefix} deleted.${more}`);
    redirect(303, `/admin?${new URLSearchParams({ prefix, ...(cursor && { cursor }) })}`);
  },
};
