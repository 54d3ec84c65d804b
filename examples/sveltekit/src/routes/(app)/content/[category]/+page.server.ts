import { error, fail, redirect } from '@sveltejs/kit';
import { listPublished, publish, toCategory } from '$lib/server/content';
import { flash } from '$lib/server/flash';
import { readInput, shown, textField } from '$lib/server/input';
import { addToLibrary, listLibrary } from '$lib/server/library';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const category = toCategory(event.params.category);
  if (!category) error(404, 'There is no such category.');
  const { user } = event.locals;
  const [{ value, cache }, library] = await Promise.all([
    listPublished(event, category),
    user ? listLibrary(event, user.id) : null,
  ]);
  return { category, items: value, cache, saved: library?.value.map(({ id }) => id) ?? [] };
};

export const actions: Actions = {
  publish: async (event) => {
    const input = await readInput(event.request);
    const outcome = await publish(event, { ...input, category: event.params.category });
    event.setHeaders(outcome.headers);
    if (!outcome.ok) {
      return fail(outcome.status, {
        message: outcome.message,
        title: shown(input, 'title', 120),
        summary: shown(input, 'summary', 300),
      });
    }
    const lists = outcome.invalidated
      ? 'The cached lists that it changes are gone.'
      : 'Lists may take some minutes to show it.';
    flash(event, `“${outcome.item.title}” is published. ${lists}`);
    redirect(303, `/content/${event.params.category}`);
  },

  save: async (event) => {
    const { user } = event.locals;
    if (!user) redirect(303, `/sign-in?next=/content/${event.params.category}`);
    const id = textField(await readInput(event.request), 'id', 64);
    if (!id || !(await addToLibrary(event, user.id, id))) {
      return fail(400, { saveMessage: 'That item is no longer there.' });
    }
    flash(event, 'That is in your library now.');
    redirect(303, `/content/${event.params.category}`);
  },
};
