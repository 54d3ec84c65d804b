import { json } from '@sveltejs/kit';
import { countOf, totalCents } from '$lib/cart';
import { addToCart } from '$lib/server/cart_changes';
import { readCart } from '$lib/server/carts';
import { readInput } from '$lib/server/input';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
  const { items, trouble } = await readCart(event);
  if (!items) return json({ message: trouble }, { status: 503 });
  return json({ items, count: countOf(items), totalCents: totalCents(items) });
};

/** Adds `{ id, size?, qty? }`. */
export const POST: RequestHandler = async (event) => {
  const outcome = await addToCart(event, await readInput(event.request));
  if (!outcome.ok) {
    const { message, status, headers } = outcome;
    return json({ message }, { status, headers });
  }
  return GET(event);
};
