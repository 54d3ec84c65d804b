import { findProduct } from './products';
import type { CartItem } from './types';

/** A change that was asked for: how many more of a line, or how many of it, or no line at all. */
export type CartChange =
  | { kind: 'add'; item: CartItem }
  | { kind: 'set'; key: string; qty: number }
  | { kind: 'empty' };

/** The cart as it will be when the server has done the same. */
export function withChange(items: CartItem[], change: CartChange): CartItem[] {
  if (change.kind === 'empty') return [];
  if (change.kind === 'set') {
    const { key, qty } = change;
    return items.map((item) => (item.key === key ? { ...item, qty } : item)).filter((item) => item.qty > 0);
  }
  const { item: added } = change;
  if (!items.some(({ key }) => key === added.key)) return [...items, added];
  return items.map((item) => (item.key === added.key ? { ...item, qty: item.qty + added.qty } : item));
}

export const countOf = (items: CartItem[]): number => items.reduce((sum, { qty }) => sum + qty, 0);

/** What is no longer sold costs nothing, and the cart page says so. */
export const totalCents = (items: CartItem[]): number =>
  items.reduce((sum, { id, qty }) => sum + qty * (findProduct(id)?.priceCents ?? 0), 0);
