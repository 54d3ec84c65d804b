import type { CartStoreClient, Sku } from '@codex/cloudflare-clients';
import type { RequestEvent } from '@sveltejs/kit';
import { findProduct, lineKey, MAX_QUANTITY } from '$lib/products';
import { setGuestCart } from './cart_ids';
import { type CartFailure, cartFailure, missingCarts, unsignedCarts } from './cart_messages';
import { type CartPlace, cartPlace } from './carts';
import { cartStore } from './clients';
import { type Input, textField } from './input';
import { limitNewCart } from './limits';
import { canSign } from './signatures';

export type CartOutcome = { ok: true } | CartFailure;

const UP_TO = `up to ${MAX_QUANTITY} of one product`;

/** Puts a number of one product, in one size, into the cart; the first time there is none yet. */
export function addToCart(event: RequestEvent, input: Input): Promise<CartOutcome> {
  const product = findProduct(textField(input, 'id', 64) ?? '');
  const size = textField(input, 'size', 16) ?? undefined;
  const qty = quantity(input.qty ?? 1, 1);
  if (!product) return refused('That is not in the shop any more.');
  if (product.sizes ? !size || !product.sizes.includes(size) : size !== undefined)
    return refused('Choose one of the sizes.');
  if (qty === null) return refused(`Choose how many, ${UP_TO}.`);

  const add: Work = async (store, { id, owner }) => {
    const cart = await store.incrementQty(id, { id: product.id }, qty, { size, owner });
    const key = lineKey(product.id, size);
    if ((cart[key]?.qty ?? 0) <= MAX_QUANTITY) return null;
    await store.setQty(id, key, MAX_QUANTITY, { owner });
    return { ok: false, status: 400, message: `A cart takes ${UP_TO}: we left it at that.` };
  };
  return change(event, add, newCart);
}

export function setQuantity(event: RequestEvent, input: Input): Promise<CartOutcome> {
  const key = textField(input, 'key', 80);
  const qty = quantity(input.qty, 0);
  if (!key || qty === null) return refused(`Choose how many, ${UP_TO}.`);
  return change(event, async (store, { id, owner }) => {
    const cart = await store.setQty(id, key, qty, { owner });
    return cart ? null : gone();
  });
}

export function removeFromCart(event: RequestEvent, input: Input): Promise<CartOutcome> {
  const key = textField(input, 'key', 80);
  if (!key) return refused('Choose what to remove.');
  return change(event, async (store, { id, owner }) => {
    // Somebody else has removed it: that is what was wanted.
    await store.removeItem(id, key, { owner });
    return null;
  });
}

/**
 * Empties the cart that the visitor saw: if it has changed since, in another window or on
 * another device, it stays as it is and is shown again.
 */
export function emptyCart(event: RequestEvent, input: Input): Promise<CartOutcome> {
  const ifVersion = Number(input.version);
  if (!Number.isSafeInteger(ifVersion) || ifVersion < 0) return refused('Load the page again, please.');
  return change(event, async (store, { id, owner }) => {
    await store.setCart(id, {}, { owner, ifVersion });
    return null;
  });
}

type Work = (store: CartStoreClient<Sku>, place: CartPlace) => Promise<CartFailure | null>;

/** Changes the visitor's cart; `begin` makes one where there is none. */
async function change(
  event: RequestEvent,
  work: Work,
  begin: (event: RequestEvent) => Promise<CartPlace | CartFailure> = async () => gone(),
): Promise<CartOutcome> {
  try {
    const place = (await cartPlace(event)) ?? (await begin(event));
    if ('ok' in place) return place;
    const store = cartStore(event);
    return store ? ((await work(store, place)) ?? { ok: true }) : missingCarts();
  } catch (cause) {
    return cartFailure(cause);
  } finally {
    // Whatever is loaded after this sees the change.
    event.locals.cart = null;
  }
}

/** The first cart of a guest: an object and a cookie, unless too many have been made from the same address. */
async function newCart(event: RequestEvent): Promise<CartPlace | CartFailure> {
  event.locals.cartIsNew = true;
  const store = cartStore(event);
  if (!store) return missingCarts();
  if (!canSign(event)) return unsignedCarts();
  const { refused, headers } = await limitNewCart(event);
  if (refused) return { ok: false, ...refused, headers };
  const id = await store.createCart();
  await setGuestCart(event, id);
  return { id };
}

function quantity(value: unknown, least: number): number | null {
  const qty = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
  return typeof qty === 'number' && Number.isInteger(qty) && qty >= least && qty <= MAX_QUANTITY ? qty : null;
}

const gone = (): CartFailure => ({
  ok: false,
  status: 409,
  message: 'That is not in your cart any more. This is how it is now.',
});

const refused = async (message: string): Promise<CartFailure> => ({ ok: false, status: 400, message });
