import { MADE_AT, type Made, type Scenes, SENT } from '../recorder.js';

import { add, change, DAY, erase, look, mug, remove, setQty } from './cart_calls.js';
import { merges } from './cart_merge.js';

export const carts: Scenes = {
  className: 'CartDurableObject',
  scenes: {
    lines: {
      async before({ call }) {
        const rental = { from: '2031-05-01', days: [1, 2] };
        await call(...add('mug', mug, 2));
        await call(...change('hat', { op: 'increment', sku: { id: 'hat' }, qty: 1, size: 'L', rental }));
        const set = { op: 'setQty', skuId: 'mug', qty: 7 };
        const more = [set, { op: 'increment', sku: { id: 'pin' }, qty: 1 }, { op: 'remove', skuId: 'none' }];
        await call('mutate', JSON.stringify(more), DAY, 'more', undefined, undefined, SENT);
      },
      async after({ call, again }) {
        await again(look, add('mug', mug, 2));
        await call(...setQty('set', 'hat:L', 3));
        await call(...add('new', { id: 'cap' }, 1));
        await call(...look);
      },
    },

    'nothing, of a version': {
      async before({ call }) {
        await call('set', '{}', DAY, 'set', undefined, undefined, SENT);
      },
      async after({ call }) {
        const [version] = (await call('get', 1)) as [number];
        await call('set', '{}', DAY, 'older', version - 1, undefined, SENT);
        await call('set', '{}', DAY, 'newer', version, undefined, SENT);
        await call(...look);
      },
    },

    'an owner': {
      async before({ call }) {
        await call(...add('mine', mug, 2, DAY, 'ann'));
        await call(...add('theirs', mug, 1, DAY, 'bob'));
      },
      async after({ call, again }) {
        await again(look, add('theirs', mug, 1, DAY, 'bob'), add('mine', mug, 2, DAY, 'ann'));
        await call('get', 1, 'bob');
        await call('get', 1, 'ann');
        await call(...add('theirs', mug, 1));
        await call(...look);
      },
    },

    'calls that were made, refused, or found nothing': {
      async before({ call }) {
        await call(...add('made', mug, 1_000_000));
        await call(...add('refused', mug, 1));
        await call(...remove('not found', 'hat'));
        await call(...setQty('room', 'mug', 5));
        await call(...add('hat', { id: 'hat' }, 1));
      },
      async after({ call, again, pass }) {
        await again(look, remove('not found', 'hat'), add('made', mug, 1_000_000), add('refused', mug, 1));
        // The keys of others.
        await again(look, add('made', mug, 3), remove('hat', 'hat'), erase.with(1, 'made') as Made);
        await pass(600_000);
        await call(...(add('refused', mug, 1).with(6, MADE_AT + 601_000) as Made));
        await call(...look);
      },
    },

    deleted: {
      async before({ call }) {
        await call(...add('mug', mug, 2));
        await call(...erase);
      },
      async after({ call, again }) {
        await again(look, add('mug', mug, 2), erase);
        await call(...add('mug again', mug, 4));
        await again(look, erase);
      },
    },

    'only a call that found nothing': {
      async before({ call }) {
        await call(...remove('not found', 'mug'));
      },
      async after({ call, again }) {
        await call(...add('mug', mug, 1));
        await again(look, remove('not found', 'mug'));
      },
    },

    expired: {
      async before({ call, pass }) {
        await call(...add('mug', mug, 2, 2));
        await pass(5_000);
      },
      async after({ call, again }) {
        await again(look, add('mug', mug, 2, 2));
        await call(...add('anew', mug, 1));
        await call(...look);
      },
    },

    'renewed by a read': {
      async before({ call, pass }) {
        await call(...add('mug', mug, 2, 100));
        await pass(3_000);
        await call('get', 100);
      },
      async after({ call, passTo }) {
        await passTo(SENT + 102_000);
        await call(...look);
        await passTo(SENT + 103_000);
        await call(...look);
      },
    },

    ...merges,
  },
};
