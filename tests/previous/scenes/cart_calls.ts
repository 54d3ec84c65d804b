import { type Made, SENT } from '../recorder.js';

export const DAY = 86_400;

export const mug = { id: 'mug', title: 'Mug "ä"', price: 1_250 };

export const change = (key: string, op: object, ttl = DAY, owner?: string): Made => [
  'change',
  JSON.stringify([op]),
  ttl,
  key,
  undefined,
  owner,
  SENT,
];
export const add = (key: string, sku: object, qty: number, ttl?: number, owner?: string): Made =>
  change(key, { op: 'increment', sku, qty }, ttl, owner);
export const remove = (key: string, skuId: string): Made => change(key, { op: 'remove', skuId });
export const setQty = (key: string, skuId: string, qty: number): Made =>
  change(key, { op: 'setQty', skuId, qty });
export const erase: Made = ['delete', 'erase', undefined, undefined, SENT];
// Nobody's shorter TTL ends a cart sooner, so this read renews nothing.
export const look: Made = ['get', 1];
