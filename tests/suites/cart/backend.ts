import type { CartStoreClient, CartStoreOptions } from '@codex/cloudflare-clients';

/** What keeps carts in a suite. */
export interface CartBackend {
  name: string;
  carts(options?: CartStoreOptions): CartStoreClient;
  /** Has merges: two carts that agree across a crash. */
  merges: boolean;
}

/** Makes a client of the suite's store. */
export type Carts = CartBackend['carts'];
/** Lets so many seconds go by. */
export type Pass = (seconds: number) => void;

export const mug = { id: 'mug', title: 'Mug', price: 1250 };
export const qtys = (cart: Record<string, { qty: number }> | null) =>
  cart && Object.fromEntries(Object.entries(cart).map(([key, { qty }]) => [key, qty]));

export const manyLines = (n: number) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`sku-${i}`, { sku: { id: `sku-${i}` }, qty: 1 }]));
