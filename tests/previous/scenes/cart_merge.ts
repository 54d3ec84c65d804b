import { MADE_AT, type Made, type Scenes, SENT } from '../recorder.js';
import { add, DAY, erase, look, mug, setQty } from './cart_calls.js';

const DAY_MS = DAY * 1_000;

const begin = (id: string, into = 'mine'): Made => ['beginMerge', into, id, undefined, undefined, SENT];
const end = (id: string, merged: boolean): Made => ['endMerge', id, merged, SENT];
const giveUp = (id: string): Made => ['giveUpMerge', id, SENT];
const merge = (id: string, qty = 2, sent: number | undefined = SENT): Made => [
  'merge',
  id,
  JSON.stringify({ mug: { sku: mug, qty } }),
  'sum',
  DAY,
  undefined,
  undefined,
  sent,
];

export const merges: Scenes['scenes'] = {
  'a merge under way, in its source': {
    async before({ call }) {
      await call(...add('mug', mug, 2));
      await call(...begin('merge'));
      await call(...add('refused', mug, 1));
    },
    async after({ call, again }) {
      await call(...begin('another caller'));
      await again(look, add('refused', mug, 1), add('mug', mug, 2), begin('third', 'elsewhere'));
      await again(look, end('no such merge', true), begin('merge'));
      await call(...end('merge', true));
      await again(look, begin('merge'), begin('another caller'), end('merge', true));
      await call(...add('new', mug, 1));
      await again(look, begin('merge'), end('merge', true), add('refused', mug, 1));
    },
  },

  'a merge that its target will refuse': {
    async before({ call }) {
      await call(...add('mug', mug, 2));
      await call(...begin('merge'));
    },
    async after({ call, again }) {
      await call(...end('merge', false));
      await call(...add('free', mug, 1));
      await again(look, begin('merge'), end('merge', true), end('merge', false));
    },
  },

  'merges that have ended, in their source': {
    async before({ call }) {
      await call(...add('mug', mug, 2));
      await call(...begin('refused'));
      await call(...end('refused', false));
      await call(...begin('merged'));
      await call(...end('merged', true));
      await call(...add('new', mug, 3));
    },
    async after({ call, again }) {
      await again(look, begin('merged'), begin('refused'), end('merged', true), end('refused', true));
      await call(...begin('next'));
      await call(...end('next', true));
      await call(...look);
    },
  },

  'a merge that was done, in its target': {
    async before({ call }) {
      await call(...add('mug', mug, 1));
      await call(...merge('merge'));
    },
    async after({ call, again }) {
      await again(look, merge('merge'), giveUp('merge'), add('mug', mug, 1));
      await call(...merge('next', 4));
      await again(look, merge('next', 4), merge('merge'));
    },
  },

  'merges into a cart that was deleted since': {
    async before({ call }) {
      await call(...merge('merge'));
      await call(...erase);
    },
    async after({ call, again, pass }) {
      await again(look, merge('merge'), giveUp('merge'));
      // A merge may be finished by whoever comes next, weeks later.
      await pass(30 * DAY_MS);
      await call(...merge('merge', 2, MADE_AT + 30 * DAY_MS));
      await call(...look);
    },
  },

  'a merge that was given up, in its target': {
    async before({ call }) {
      await call(...add('mug', mug, 600_000));
      await call(...merge('merge', 600_000));
      await call(...giveUp('merge'));
      await call(...setQty('room', 'mug', 1));
    },
    async after({ call, again }) {
      await again(look, merge('merge', 600_000), merge('merge', 2), giveUp('merge'));
      await call(...merge('next'));
      await call(...look);
    },
  },

  'a merge that was refused, and not given up yet': {
    async before({ call }) {
      await call(...add('mug', mug, 600_000));
      await call(...merge('merge', 600_000));
      await call(...setQty('room', 'mug', 1));
    },
    async after({ call, again }) {
      await again(look, merge('merge', 600_000));
      await call(...giveUp('merge'));
      await again(look, merge('merge', 600_000), merge('merge', 2));
    },
  },

  'a merge that was given up where no cart was': {
    async before({ call }) {
      await call(...giveUp('merge'));
    },
    async after({ call, again, pass }) {
      await again(look, merge('merge'), giveUp('merge'));
      await pass(3_590_000 - 1_000);
      await call(...merge('merge', 2, MADE_AT + 3_560_000));
      await call(...look);
    },
  },
};
