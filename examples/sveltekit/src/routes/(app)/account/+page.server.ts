import { fail, redirect } from '@sveltejs/kit';
import { listDevices, signOutDevice } from '$lib/server/devices';
import { readInput, textField } from '$lib/server/input';
import { signOut, signOutEverywhere } from '$lib/server/sessions';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  if (!event.locals.user) redirect(303, '/sign-in?next=/account');
  return { expiresAt: event.locals.sessionExpiresAt, devices: await listDevices(event) };
};

export const actions: Actions = {
  signOut: async (event) => {
    if (event.locals.user) await signOut(event);
    redirect(303, '/sign-in');
  },
  signOutDevice: async (event) => {
    if (!event.locals.user) redirect(303, '/sign-in?next=/account');
    const id = textField(await readInput(event.request), 'id', 64);
    const outcome = id ? await signOutDevice(event, id) : 'none';
    if (outcome === 'none') {
      return fail(404, { message: 'That session had already ended.', everywhere: false });
    }
    if (outcome === 'unlisted') {
      const message = 'That session may still be open, and cannot be ended by itself.';
      return fail(409, { message, everywhere: true });
    }
    redirect(303, '/account');
  },
  signOutEverywhere: async (event) => {
    if (event.locals.user) await signOutEverywhere(event);
    redirect(303, '/sign-in');
  },
};
