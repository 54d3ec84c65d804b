import { redirect } from '@sveltejs/kit';
import { signOut, signOutEverywhere } from '$lib/server/sessions';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (!locals.user) redirect(303, '/sign-in?next=/account');
  return { expiresAt: locals.sessionExpiresAt };
};

export const actions: Actions = {
  signOut: async (event) => {
    if (event.locals.user) await signOut(event);
    redirect(303, '/sign-in');
  },
  signOutEverywhere: async (event) => {
    if (event.locals.user) await signOutEverywhere(event);
    redirect(303, '/sign-in');
  },
};
