import type { CartState, Sku } from '@codex/cloudflare-clients';
import type { RequestEvent } from '@sveltejs/kit';
import { MAX_QUANTITY } from '$lib/products';
import type { CartItem } from '$lib/types';
import { customerCart, forgetGuestCart, guestCart } from './cart_ids';
import { type CartFailure, cartFailure } from './cart_messages';
import { cartStore } from './clients';

/** Of a product a cart keeps what names it: price and text are looked up when they are shown. */
export type Cart = CartState<Sku>;

export interface CartReading {
  /** Null when the cart could not be read. */
  items: CartItem[] | null;
  version: number;
  /** Why that is, or why a guest's cart is still waiting to be merged into this one. */
  trouble: string | null;
}

/** Which cart a visitor has, and for whom it is asked: a cart with an owner answers nobody else. */
export interface CartPlace {
  id: string;
  owner?: string;
}

export async function cartPlace(event: RequestEvent): Promise<CartPlace | null> {
  const { user } = event.locals;
  if (user) return { id: customerCart(user.id), owner: user.id };
  const id = await guestCart(event);
  return id ? { id } : null;
}

/** The cart of the request's visitor, read once however many loads ask. */
export function readCart(event: RequestEvent): Promise<CartReading> {
  return (event.locals.cart ??= read(event));
}

async function read(event: RequestEvent): Promise<CartReading> {
  const store = cartStore(event);
  const { user } = event.locals;
  const waiting = user && (await mergeGuestCart(event, user.id));
  const trouble = waiting && `What was in your cart before you signed in is kept. ${waiting.message}`;
  const place = await cartPlace(event);
  // Nothing was ever put into a cart that has no id: there is nobody to ask.
  if (!store || !place) return { items: [], version: 0, trouble };
  try {
    const { cart, version } = await store.getCartWithVersion(place.id, { owner: place.owner });
    return { items: itemsOf(cart), version, trouble };
  } catch (cause) {
    return { items: null, version: 0, trouble: cartFailure(cause).message };
  }
}

/**
 * What a guest put into a cart goes into the customer's. Null when that is done, or there was
 * nothing to do. Otherwise the guest's cart keeps what it has, and the next page tries again:
 * a merge that was cut off is gone on with, and nothing is added twice.
 */
export async function mergeGuestCart(event: RequestEvent, userId: string): Promise<CartFailure | null> {
  const store = cartStore(event);
  const from = await guestCart(event);
  if (!store || !from) return null;
  const [into, owner] = [customerCart(userId), userId];
  try {
    const cart = await store.mergeCart(from, into, 'sum', { owner });
    forgetGuestCart(event);
    const tooMany = Object.entries(cart).filter(([, { qty }]) => qty > MAX_QUANTITY);
    if (tooMany.length > 0) {
      const changes = tooMany.map(([skuId]) => ({ op: 'setQty', skuId, qty: MAX_QUANTITY }) as const);
      await store.mutate(into, changes, { owner });
    }
    return null;
  } catch (cause) {
    return cartFailure(cause);
  }
}

function itemsOf(cart: Cart): CartItem[] {
  return Object.entries(cart).map(([key, { sku, size, qty }]) => ({
    key,
    id: sku.id,
    size: size ?? null,
    qty,
  }));
}
