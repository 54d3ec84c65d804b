import { CloudflareClientsError } from '@codex/cloudflare-clients';
import { report } from './failures';

export interface CartFailure {
  ok: false;
  status: 400 | 403 | 409 | 429 | 503;
  message: string;
  /** Of a limit that refused. */
  headers?: Record<string, string>;
}

/** What a visitor can do about a cart that refused, by the code of the error. */
export function cartFailure(cause: unknown): CartFailure {
  if (!(cause instanceof CloudflareClientsError)) throw cause;
  switch (cause.code) {
    case 'limit_exceeded':
      return failure(400, 'That is more than a cart can hold. Remove something first.');
    case 'conflict':
      return failure(409, 'Your cart has changed in the meantime. This is how it is now.');
    case 'forbidden':
      return failure(403, 'This cart belongs to someone else.');
    default:
      report('A cart could not be reached', cause);
      return failure(503, 'Your cart cannot be reached right now. Please try again in a moment.');
  }
}

export function missingCarts(): CartFailure {
  console.error('The binding CART_DO is missing: see durable_objects in wrangler.jsonc.');
  return failure(503, 'The shop is closed: its carts are not connected.');
}

export function unsignedCarts(): CartFailure {
  console.error(
    'AUTH_SECRET is missing or too short, so no cart can be given away: npx wrangler secret put AUTH_SECRET.',
  );
  return failure(503, 'The shop is closed: its carts are not set up yet.');
}

const failure = (status: CartFailure['status'], message: string): CartFailure => ({
  ok: false,
  status,
  message,
});
