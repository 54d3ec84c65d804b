// The shop's wire, for Workers that were deployed with a client of their own.

import type { Reply } from '../durable_objects/reply.js';
import { readBody, refusedResponse } from '../durable_objects/wire_body.js';
import type { CartReply } from './reply.js';

const TTL_SECONDS = 2_592_000;

interface Body {
  op?: unknown;
  ttl?: number;
  cart?: unknown;
  sku?: unknown;
  qty?: unknown;
  size?: unknown;
  rental?: unknown;
  skuId?: unknown;
  idempotencyKey?: string;
  ifVersion?: number;
  owner?: string;
}

/** The methods of a cart's object that the wire calls. */
interface Cart {
  get(ttlSeconds: number, owner?: string): Reply<[version: number, cart: string] | null>;
  set(cart: string, ttlSeconds: number, key?: string, ifVersion?: number, owner?: string): CartReply;
  change(change: string, ttlSeconds: number, key?: string, ifVersion?: number, owner?: string): CartReply;
}

/** @internal */
export async function cartWire(cart: Cart, request: Request): Promise<Response> {
  const body = await readBody<Body>(request);
  if (body instanceof Response) return body;
  const { op, ttl = TTL_SECONDS, idempotencyKey, ifVersion, owner } = body;
  const change = (change: object) =>
    changeResponse(cart.change(JSON.stringify([{ op, ...change }]), ttl, idempotencyKey, ifVersion, owner));
  switch (op) {
    case 'init':
    case 'set': {
      const lines = JSON.stringify(op === 'init' ? {} : (body.cart ?? null));
      const reply = cart.set(lines, ttl, idempotencyKey, ifVersion, owner);
      return reply.ok ? Response.json({ ok: true }) : refusedResponse(reply);
    }
    case 'get': {
      const reply = cart.get(ttl, owner);
      return reply.ok ? cartResponse(reply.value?.[1] ?? '{}') : refusedResponse(reply);
    }
    case 'increment':
      return change({ op, sku: body.sku, qty: body.qty, size: body.size, rental: body.rental });
    case 'setQty':
      return change({ op, skuId: body.skuId, qty: body.qty });
    case 'remove':
      return change({ op, skuId: body.skuId });
    default:
      return Response.json({ ok: false }, { status: 400 });
  }
}

function changeResponse(reply: CartReply): Response {
  if (!reply.ok) return refusedResponse(reply);
  const [, found, cart] = reply.value;
  return cartResponse(found ? cart : 'null');
}

// The cart is JSON already.
function cartResponse(cart: string): Response {
  return new Response(`{"ok":true,"cart":${cart}}`, { headers: { 'content-type': 'application/json' } });
}
