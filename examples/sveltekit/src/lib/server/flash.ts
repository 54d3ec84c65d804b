import type { RequestEvent } from '@sveltejs/kit';

const COOKIE = 'flash';
const MAX_LENGTH = 300;

/**
 * What is told by the page that an action's redirect leads to. It travels in a cookie, so that it is told once, and not
 * again by a reload or a link.
 */
export function flash(event: RequestEvent, text: string): void {
  event.cookies.set(COOKIE, text.slice(0, MAX_LENGTH).toWellFormed(), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: event.url.protocol === 'https:',
    maxAge: 60,
  });
}

export function takeFlash(event: RequestEvent): string | null {
  const text = event.cookies.get(COOKIE);
  if (!text) return null;
  event.cookies.delete(COOKIE, { path: '/', secure: event.url.protocol === 'https:' });
  return text.slice(0, MAX_LENGTH);
}
