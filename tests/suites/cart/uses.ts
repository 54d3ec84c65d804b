import { code, unique } from '../../support/backend.js';
import { intercepted } from '../../support/interception.js';
import type { Setting, SharedUse, Use } from '../core/uses.js';
import { mug, qtys } from './backend.js';

const cartsOf = ({ clients, objects }: Setting) => new clients.CartStoreClient(objects('CART_DO'));

export const CARTS: Use[] = [
  {
    method: 'CartStoreClient.createCart',
    async go(setting) {
      const carts = cartsOf(setting);
      const id = await carts.createCart({ owner: 'ann' });
      return [await carts.getCart(id, { owner: 'ann' }), await code(carts.getCart(id, { owner: 'bob' }))];
    },
    gets: [{}, 'forbidden'],
  },
  {
    method: 'CartStoreClient.getCart',
    go: async (setting) => cartsOf(setting).getCart(unique()),
    gets: {},
  },
  {
    method: 'CartStoreClient.getCartWithVersion',
    async go(setting) {
      const carts = cartsOf(setting);
      const id = unique();
      const { version: none } = await carts.getCartWithVersion(id);
      await carts.incrementQty(id, mug, 2, undefined, undefined, { ifVersion: none });
      const { version, cart } = await carts.getCartWithVersion(id);
      await carts.setQty(id, 'mug', 3, { ifVersion: version });
      return [none, qtys(cart), await code(carts.setQty(id, 'mug', 4, { ifVersion: version }))];
    },
    gets: [0, { mug: 2 }, 'conflict'],
  },
  {
    method: 'CartStoreClient.setCart',
    async go(setting) {
      const carts = cartsOf(setting);
      const id = unique();
      await carts.setCart(id, { mug: { sku: { id: 'mug', price: 5 }, qty: 2, rental: { days: 3 } } });
      return carts.getCart(id);
    },
    gets: { mug: { sku: { id: 'mug', price: 5 }, qty: 2, rental: { days: 3 } } },
  },
  {
    method: 'CartStoreClient.deleteCart',
    async go(setting) {
      const carts = cartsOf(setting);
      const id = unique();
      await carts.incrementQty(id, mug, 2);
      await carts.deleteCart(id);
      return [await carts.getCart(id), qtys(await carts.incrementQty(id, mug, 1))];
    },
    gets: [{}, { mug: 1 }],
  },
  {
    method: 'CartStoreClient.incrementQty',
    async go(setting) {
      const carts = cartsOf(setting);
      const id = unique();
      await carts.incrementQty(id, mug, 2, 'L', { from: 'May' });
      const tooMany = await code(carts.incrementQty(id, mug, 1_000_000, 'L'));
      return [tooMany, await carts.incrementQty(id, mug, 1, 'L')];
    },
    gets: ['limit_exceeded', { 'mug:L': { sku: mug, qty: 3, size: 'L', rental: { from: 'May' } } }],
  },
  {
    method: 'CartStoreClient.setQty',
    async go(setting) {
      const carts = cartsOf(setting);
      const id = unique();
      const missing = await carts.setQty(id, 'mug', 5);
      await carts.incrementQty(id, mug, 2);
      return [missing, qtys(await carts.setQty(id, 'mug', 5)), qtys(await carts.setQty(id, 'mug', 0))];
    },
    gets: [null, { mug: 5 }, {}],
  },
  {
    method: 'CartStoreClient.removeItem',
    async go(setting) {
      const carts = cartsOf(setting);
      const id = unique();
      await carts.incrementQty(id, mug, 2);
      return [await carts.removeItem(id, 'mug'), await carts.removeItem(id, 'mug')];
    },
    gets: [{}, null],
  },
  {
    method: 'CartStoreClient.mutate',
    async go(setting) {
      const carts = cartsOf(setting);
      const id = unique();
      await carts.incrementQty(id, mug, 2);
      const changed = await carts.mutate(id, [
        { op: 'increment', sku: { id: 'hat' }, qty: 4 },
        { op: 'setQty', skuId: 'mug', qty: 9 },
        { op: 'remove', skuId: 'none' },
      ]);
      return qtys(changed);
    },
    gets: { mug: 9, hat: 4 },
  },
  {
    method: 'CartStoreClient.mergeCart',
    async go(setting) {
      const carts = cartsOf(setting);
      const [guest, mine] = [unique(), unique()];
      await carts.incrementQty(guest, mug, 2);
      await carts.incrementQty(mine, mug, 3);
      const version = 7;
      const refused = await code(carts.mergeCart(guest, mine, 'sum', { ifVersion: version }));
      const merged = await carts.mergeCart(guest, mine, 'sum');
      return [refused, qtys(merged), await carts.getCart(guest), qtys(await carts.mergeCart(guest, mine))];
    },
    gets: ['conflict', { mug: 5 }, {}, { mug: 5 }],
  },
];

const KEY = { idempotencyKey: 'once' };

export const SHARED_CARTS: SharedUse[] = [
  {
    what: 'an increment with the same key counts once',
    async go(first, second) {
      const id = unique();
      const add = (setting: Setting) => cartsOf(setting).incrementQty(id, mug, 2, undefined, undefined, KEY);
      return [qtys(await add(first)), qtys(await add(second)), qtys(await add(first))];
    },
    gets: [{ mug: 2 }, { mug: 2 }, { mug: 2 }],
  },
  {
    what: 'setCart, mutate, setQty and removeItem with the same key are made once',
    async go(first, second) {
      const id = unique();
      const [one, other] = [cartsOf(first), cartsOf(second)];
      const changes = [{ op: 'increment', sku: mug, qty: 1 } as const];
      await one.setCart(id, { mug: { sku: mug, qty: 5 } }, { idempotencyKey: 'set' });
      for (const carts of [one, other]) await carts.mutate(id, changes, { idempotencyKey: 'mutate' });
      await other.setCart(id, { mug: { sku: mug, qty: 5 } }, { idempotencyKey: 'set' });
      await one.removeItem(id, 'hat', { idempotencyKey: 'remove' });
      await other.incrementQty(id, { id: 'hat' }, 1);
      await other.removeItem(id, 'hat', { idempotencyKey: 'remove' });
      await other.setQty(id, 'mug', 8, { idempotencyKey: 'quantity' });
      await other.incrementQty(id, mug, 1);
      return qtys(await one.setQty(id, 'mug', 8, { idempotencyKey: 'quantity' }));
    },
    gets: { mug: 9, hat: 1 },
  },
  {
    what: 'a deletion with the same key deletes once',
    async go(first, second) {
      const id = unique();
      await cartsOf(first).incrementQty(id, mug, 1);
      await cartsOf(first).deleteCart(id, KEY);
      await cartsOf(second).incrementQty(id, mug, 4);
      await cartsOf(second).deleteCart(id, KEY);
      return qtys(await cartsOf(first).getCart(id));
    },
    gets: { mug: 4 },
  },
  {
    what: 'a key that the other has used for something else is refused',
    async go(first, second) {
      const id = unique();
      await cartsOf(first).incrementQty(id, mug, 2, undefined, undefined, KEY);
      return code(cartsOf(second).incrementQty(id, mug, 3, undefined, undefined, KEY));
    },
    gets: 'invalid_key',
  },
  {
    what: 'a version that the one has read is that of the other',
    async go(first, second) {
      const id = unique();
      await cartsOf(first).incrementQty(id, mug, 1);
      const { version } = await cartsOf(second).getCartWithVersion(id);
      await cartsOf(first).setQty(id, 'mug', 3, { ifVersion: version });
      return code(cartsOf(second).setQty(id, 'mug', 4, { ifVersion: version }));
    },
    gets: 'conflict',
  },
  ...['beginMerge', 'merge', 'endMerge'].map((step) => ({
    what: `a merge that the one has left before ${step} is finished by the other`,
    async go(first: Setting, second: Setting) {
      const [guest, mine] = [unique(), unique()];
      const objects = (binding: string) =>
        intercepted(first.objects(binding), ({ method }) =>
          method === step ? Promise.reject(new Error('the process has died')) : undefined,
        );
      await cartsOf(first).incrementQty(guest, mug, 2);
      const left = await code(cartsOf({ ...first, objects }).mergeCart(guest, mine));
      const merged = await cartsOf(second).mergeCart(guest, mine);
      return [left, qtys(merged), await cartsOf(first).getCart(guest)];
    },
    gets: ['object_unavailable', { mug: 2 }, {}],
  })),
];
