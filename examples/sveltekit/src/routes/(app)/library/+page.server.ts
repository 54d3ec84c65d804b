import { fail, redirect } from '@sveltejs/kit';
import { readInput, textField } from '$lib/server/input';
import { listLibrary, removeFromLibrary } from '$lib/server/library';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const { user } = event.locals;
  if (!user) redirect(303, '/sign-in?next=/library');
  const { value, cache } = await listLibrary(event, user.id);
  return { items: value, cache };
};

export const actions: Actions = {
  remove: async (event) => {
    const { user } = event.locals;
    if (!user) redirect(303, '/sign-in?next=/library');
    const id = textField(await readInput(event.request), 'id', 64);
    if (!id) return fail(400, { message: 'Choose what to remove.' });
    await removeFromLibrary(event, user.id, id);
    redirect(303, '/library');
  },
};
