import { MADE_AT, type Made, type Scenes, SENT } from '../recorder.js';

const HOUR = 3_600;

const set = (key: string, value: string, ttl?: number): Made => ['set', key, value, ttl, SENT];
const get: Made = ['get'];
const remove = (key: string): Made => ['delete', key, SENT];
const take = (key: string): Made => ['getAndDelete', key, SENT];
const increment = (key: string, ttl = 60): Made => ['increment', key, ttl, SENT];
const consume = (key: string, max = 2): Made => ['consume', key, 60, max, SENT];

// One character of another alphabet makes each of them take two bytes.
const large = (n: number) => `${'x'.repeat(1_048_570)}${n}€`;

export const auth: Scenes = {
  className: 'AuthStorageDurableObject',
  scenes: {
    'a value with an end': {
      async before({ call }) {
        await call(...set('first', 'older', HOUR));
        await call(...set('second', '{"text":"ä \\" 😀"}', HOUR));
      },
      async after({ call, again, passTo }) {
        await again(get, set('first', 'older', HOUR), set('second', 'other', HOUR), take('first'));
        await passTo(SENT + HOUR * 1_000 - 1);
        await call(...get);
        await passTo(SENT + HOUR * 1_000);
        await call(...get);
      },
    },

    'a value without an end': {
      async before({ call }) {
        await call(...set('first', 'value'));
      },
      async after({ call, again, passTo }) {
        await again(get, set('first', 'value'), remove('first'));
        await passTo(MADE_AT + 366 * 86_400_000);
        await call(...get);
        await call('delete', 'end', undefined);
        await call(...get);
      },
    },

    'a value that gets an end': {
      async before({ call }) {
        await call(...set('first', 'value'));
      },
      async after({ call, pass }) {
        await call(...set('second', 'value', HOUR));
        await pass(HOUR * 1_000);
        await call(...get);
      },
    },

    'an empty value': {
      async before({ call }) {
        await call(...set('first', '', HOUR));
      },
      async after({ call }) {
        await call(...get);
        await call(...take('take'));
        await call(...get);
      },
    },

    'a count': {
      async before({ call }) {
        await call(...increment('first'));
        await call(...increment('second'));
        await call(...increment('third'));
      },
      async after({ call, again, passTo }) {
        await again(get, increment('first'), increment('third'), increment('second'), remove('first'));
        await call(...increment('fourth', 10));
        await passTo(SENT + 59_999);
        await call(...get);
        await passTo(SENT + 60_000);
        await call(...get);
        await call(...increment('fifth'));
      },
    },

    'requests under a rule': {
      async before({ call }) {
        await call(...consume('first'));
        await call(...consume('second'));
        await call(...consume('third'));
      },
      async after({ call, again, passTo }) {
        await again(get, consume('first'), consume('second'), consume('third'));
        await call(...consume('fourth', 3));
        await passTo(SENT + 60_000);
        await call(...consume('fifth'));
        await call(...get);
      },
    },

    'a value that was set, and is no count': {
      async before({ call }) {
        await call(...set('first', 'text', HOUR));
      },
      async after({ again }) {
        await again(get, increment('count'), consume('rule'));
      },
    },

    'a value that was taken': {
      async before({ call }) {
        await call(...set('first', 'value', HOUR));
        await call(...take('take'));
      },
      async after({ call, again }) {
        await again(get, take('take'), take('too late'), set('first', 'value', HOUR), remove('take'));
        await call(...set('second', 'newer', HOUR));
        await again(get, take('take'), take('too late'));
      },
    },

    // As large as a value can be, and too large to be stored together.
    'large values, of which all but the last were taken': {
      async before({ call }) {
        for (let n = 0; n < 9; n++) {
          await call(...set(`set ${n}`, large(n), HOUR));
          await call(...take(`take ${n}`));
        }
        await call(...set('last', large(9), HOUR));
      },
      async after({ again }) {
        await again(get, take('take 8'), take('take 1'));
      },
    },

    'a value that was deleted, and set again': {
      async before({ call }) {
        await call(...set('first', 'value', HOUR));
        await call(...remove('delete'));
        await call(...set('second', 'newer', HOUR));
      },
      async after({ call, again }) {
        await again(get, remove('delete'), set('first', 'value', HOUR));
        await call(...remove('again'));
        await call(...get);
      },
    },

    'a call that found nothing': {
      async before({ call }) {
        await call(...take('take'));
        await call(...remove('delete'));
      },
      async after({ call, again }) {
        await call(...set('first', 'value', HOUR));
        await again(get, take('take'), remove('delete'));
      },
    },

    'calls that are forgotten': {
      async before({ call }) {
        await call(...increment('first', 2 * HOUR));
      },
      async after({ call, passTo }) {
        await passTo(SENT + 599_000);
        await call('increment', 'first', 2 * HOUR, MADE_AT + 590_000);
        await passTo(SENT + 601_000);
        await call('increment', 'first', 2 * HOUR, MADE_AT + 590_000);
        await call(...get);
      },
    },
  },
};
