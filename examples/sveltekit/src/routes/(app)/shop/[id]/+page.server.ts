import { fail, redirect } from '@sveltejs/kit';
import { addToCart } from '$lib/server/cart_changes';
import { readInput } from '$lib/server/input';
import type { Actions } from './$types';

export const actions: Actions = {
  default: async (event) => {
    const input = await readInput(event.request);
    const outcome = await addToCart(event, { ...input, id: event.params.id });
    if (!outcome.ok) return fail(outcome.status, { message: outcome.message });
    redirect(303, '/cart');
  },
};
