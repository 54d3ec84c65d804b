import { fail, type RequestEvent, redirect } from '@sveltejs/kit';
import { type CartOutcome, emptyCart, removeFromCart, setQuantity } from '$lib/server/cart_changes';
import { readCart } from '$lib/server/carts';
import { type Input, readInput } from '$lib/server/input';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const { version, trouble } = await readCart(event);
  return { version, trouble };
};

/** Afterwards the page is loaded anew, so that a reload sends nothing twice. */
const then =
  (act: (event: RequestEvent, input: Input) => Promise<CartOutcome>) => async (event: RequestEvent) => {
    const outcome = await act(event, await readInput(event.request));
    if (!outcome.ok) return fail(outcome.status, { message: outcome.message });
    redirect(303, '/cart');
  };

export const actions: Actions = {
  set: then(setQuantity),
  remove: then(removeFromCart),
  empty: then(emptyCart),
};
