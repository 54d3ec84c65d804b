import { error, fail, redirect } from '@sveltejs/kit';
import { listPublished, publish, toCategory } from '$lib/server/content';
import { readInput, textField } from '$lib/server/input';
import { addToLibrary } from '$lib/server/library';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const category = toCategory(event.params.category);
  if (!category) error(404, 'There is no such category.');
  const { value, cache } = await listPublished(event, category);
  return { category, items: value, cache };
};

export const actions: Actions = {
  publish: async (event) => {
    const input = await readInput(event.request);
    const outcome = await publish(event, { ...input, category: event.params.category });
    event.setHeaders(outcome.headers);
    if (!outcome.ok) {
      const shown = (name: string) => String(input[name] ?? '').slice(0, 300);
      return fail(outcome.status, {
        message: outcome.message,
        title: shown('title'),
        summary: shown('summary'),
      });
    }
    return { published: outcome.item.title, invalidated: outcome.invalidated };
  },

  save: async (event) => {
    const { user } = event.locals;
    if (!user) redirect(303, `/sign-in?next=/content/${event.params.category}`);
    const id = textField(await readInput(event.request), 'id', 64);
    if (!id || !(await addToLibrary(event, user.id, id))) {
      return fail(400, { saveMessage: 'That item is no longer there.' });
    }
    return { saved: id };
  },
};
