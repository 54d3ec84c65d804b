import type { RequestEvent } from '@sveltejs/kit';
import { CART_SECONDS } from './lifetimes';
import { canSign, isSigned, sign } from './signatures';

const COOKIE = 'cart';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * A customer's cart is found again on every device. Its id is no UUID, so no cookie can name
 * one, and the store checks the owner besides.
 */
export const customerCart = (userId: string): string => `customer-${userId}`;

/**
 * A guest's cart belongs to who has the cookie: the id is random. It is signed, since every id that is asked for opens
 * an object: one that somebody has made up would be a new cart that nobody has counted.
 */
export async function guestCart(event: RequestEvent): Promise<string | null> {
  const cookie = event.cookies.get(COOKIE);
  if (!cookie || cookie.length > 200 || !canSign(event)) return null;
  const [id = '', signature = ''] = cookie.split('.');
  return UUID.test(id) && (await isSigned(event, signed(id), signature)) ? id : null;
}

export async function setGuestCart(event: RequestEvent, id: string): Promise<void> {
  event.cookies.set(COOKIE, `${id}.${await sign(event, signed(id))}`, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: event.url.protocol === 'https:',
    maxAge: CART_SECONDS,
  });
}

/** Signed as a cart: no token of a session has a colon, so that neither is taken for the other. */
const signed = (id: string): string => `cart:${id}`;

export function forgetGuestCart(event: RequestEvent): void {
  event.cookies.delete(COOKIE, { path: '/', secure: event.url.protocol === 'https:' });
}
