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
    if (!id || !(await signOutDevice(event, id))) {
      return fail(404, { message: 'That session had already ended.' });
    }
    redirect(303, '/account');
  },
  signOutEverywhere: async (event) => {
    if (event.locals.user) await signOutEverywhere(event);
    redirect(303, '/sign-in');
  },
};
