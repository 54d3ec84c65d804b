// What the methods say of a bad argument: they name what was given.
import type { ObjectHandle } from '@codex/cloudflare-clients';
import * as clients from '@codex/cloudflare-clients';
import { type Case, type Method, SECRET } from '../core/bad_arguments.js';

const sku = { id: 'mug' };

export function cartMessages(objects: ObjectHandle, answering: boolean): Method[] {
  // A busy machine may take long for the first call on an object.
  const client = new clients.CartStoreClient(objects, { timeoutMs: 50_000 });
  const ofObject = (...cases: Case[]): Case[] => (answering ? cases : []);
  // Of an id, and of the options that all methods take.
  const ofCart = (go: (id: string, options?: object) => unknown): Case[] => [
    [() => go(7 as never), 'The id of the cart must be a string, not a number'],
    [() => go(''), 'The id of the cart must have 1 to 512 bytes'],
    [() => go(SECRET.repeat(43)), 'The id of the cart must have 1 to 512 bytes'],
    [() => go('a', { owner: 7 }), 'owner must be a string, not a number'],
    ...ofObject([() => go('a', { owner: SECRET.repeat(43) }), 'An owner must be a string of 1 to 512 bytes']),
  ];
  const ofChange = (go: (id: string, options?: object) => unknown): Case[] => [
    ...ofCart(go),
    [() => go('a', { idempotencyKey: 7 }), 'idempotencyKey must be a string, not a number'],
    [() => go('a', { idempotencyKey: '\u0001' }), 'An idempotency key must not begin with U+0001'],
    [() => go('a', { ifVersion: '1' }), 'ifVersion must be a number, not a string'],
    ...ofObject([
      () => go('a', { ifVersion: 0.5 }),
      'ifVersion must be a version that getCartWithVersion returned',
    ]),
  ];
  const qty = 'qty must be a whole number from -1000000 to 1000000, not ';
  return [
    [
      'CartStoreClient.createCart',
      [() => client.createCart({ owner: 7 as never }), 'owner must be a string'],
    ],
    ['CartStoreClient.getCart', ...ofCart((id, options) => client.getCart(id, options))],
    [
      'CartStoreClient.getCartWithVersion',
      ...ofCart((id, options) => client.getCartWithVersion(id, options)),
    ],
    [
      'CartStoreClient.setCart',
      ...ofChange((id, options) => client.setCart(id, {}, options)),
      [
        () => client.setCart('a', { mug: { sku: { id: 'mug', by: new Map() }, qty: 1 } }),
        'The content of a cart cannot be stored as JSON: mug.sku.by is a Map',
      ],
      ...ofObject([
        () => client.setCart('a', { [SECRET]: { sku, qty: 1 } }),
        'A cart is { [sku.id, or sku.id:size]',
      ]),
    ],
    ['CartStoreClient.deleteCart', ...ofChange((id, options) => client.deleteCart(id, options))],
    [
      'CartStoreClient.incrementQty',
      ...ofChange((id, options) => client.incrementQty(id, sku, 1, options ?? {})),
      [() => client.incrementQty('a', sku, 0.5), `${qty}0.5`],
      [
        () => client.incrementQty('a', { ...sku, price: 1n }, 1),
        'The content of a cart cannot be stored as JSON: sku.price is a BigInt',
      ],
      ...ofObject(
        [() => client.incrementQty('a', {} as never, 1), 'sku must be an object with a string id'],
        [
          () => client.incrementQty('a', { id: SECRET.repeat(43) }, 1),
          'The key of a line (sku.id, or sku.id:size) must be',
        ],
      ),
    ],
    [
      'CartStoreClient.setQty',
      ...ofChange((id, options) => client.setQty(id, 'mug', 1, options)),
      [() => client.setQty('a', 7 as never, 1), 'skuId must be a string, not a number'],
      [() => client.setQty('a', 'mug', '1' as never), `${qty}a string`],
      ...ofObject([() => client.setQty('a', '', 1), 'The key of a line (sku.id, or sku.id:size) must be']),
    ],
    [
      'CartStoreClient.removeItem',
      ...ofChange((id, options) => client.removeItem(id, 'mug', options)),
      [() => client.removeItem('a', 7 as never), 'skuId must be a string, not a number'],
    ],
    [
      'CartStoreClient.mutate',
      ...ofChange((id, options) => client.mutate(id, [{ op: 'remove', skuId: 'mug' }], options)),
      ...ofObject(
        [() => client.mutate('a', []), 'A change is '],
        [() => client.mutate('a', [{ op: 'setQty', skuId: 'mug', qty: 0.5 }]), 'qty must be a whole number'],
      ),
    ],
    [
      'CartStoreClient.mergeCart',
      [() => client.mergeCart(7 as never, 'b'), 'fromId must be a string, not a number'],
      [() => client.mergeCart('', 'b'), 'fromId must have 1 to 512 bytes'],
      [() => client.mergeCart('a', 7 as never), 'intoId must be a string, not a number'],
      [() => client.mergeCart('a', ''), 'intoId must have 1 to 512 bytes'],
      [() => client.mergeCart('a', 'a'), 'A cart cannot be merged into itself'],
      [() => client.mergeCart('a', 'b', 7 as never), 'policy must be a string, not a number'],
    ],
  ];
}
