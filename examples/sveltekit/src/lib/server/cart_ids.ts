import type { RequestEvent } from '@sveltejs/kit';
import { CART_SECONDS } from './lifetimes';

const COOKIE = 'cart';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * A customer's cart is found again on every device. Its id is no UUID, so no cookie can name
 * one, and the store checks the owner besides.
 */
export const customerCart = (userId: string): string => `customer-${userId}`;

/** A guest's cart belongs to who has the cookie: the id is random, and nothing else than that is taken. */
export function guestCart(event: RequestEvent): string | null {
  const id = event.cookies.get(COOKIE);
  return id && UUID.test(id) ? id : null;
}

export function newGuestCart(event: RequestEvent, id: string): string {
  event.cookies.set(COOKIE, id, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: event.url.protocol === 'https:',
    maxAge: CART_SECONDS,
  });
  return id;
}

export function forgetGuestCart(event: RequestEvent): void {
  event.cookies.delete(COOKIE, { path: '/', secure: event.url.protocol === 'https:' });
}
