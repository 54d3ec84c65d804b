import { fail, redirect } from '@sveltejs/kit';
import { readInput, textField } from '$lib/server/input';
import { listMedia, processingStatus, startTranscoding } from '$lib/server/media';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const media = await listMedia(event);
  return {
    media: await Promise.all(
      media.map(async ({ id, title }) => ({
        id,
        title,
        status: await processingStatus(event, id),
      })),
    ),
  };
};

export const actions: Actions = {
  start: async (event) => {
    if (!event.locals.user) redirect(303, '/sign-in?next=/media');
    const id = textField(await readInput(event.request), 'id', 64);
    if (!id) return fail(400, { message: 'Choose what to transcode.' });
    await startTranscoding(event, id);
    redirect(303, '/media');
  },
};
