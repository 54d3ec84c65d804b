import { MADE_AT, type Made, type Scenes, SENT } from '../recorder.js';

const acquire = (holder: string, ttl = 30, sent = SENT): Made => ['acquire', holder, ttl, sent];
const extend = (holder: string, ttl: number, sent = SENT): Made => ['extend', holder, ttl, sent];
const release = (holder: string, call: string): Made => ['release', holder, call, SENT];
const increment = (by: number, key: string): Made => ['increment', by, key, SENT];
const reset = (key: string): Made => ['reset', key, SENT];
const count: Made = ['count'];

const locks: Scenes['scenes'] = {
  'a lock that is held': {
    async before({ call }) {
      await call(...acquire('ann'));
      await call(...acquire('bob'));
    },
    async after({ call, passTo }) {
      await call(...acquire('ann'));
      await call(...acquire('bob'));
      await call(...release('bob', 'bob ends'));
      await call(...extend('bob', 60));
      await passTo(SENT + 29_999);
      await call(...acquire('bob'));
      await passTo(SENT + 30_000);
      await call(...extend('ann', 60));
      await call(...acquire('bob'));
      await call(...release('ann', 'ann ends'));
    },
  },

  'a lock that is released later': {
    async before({ call }) {
      await call(...acquire('ann'));
    },
    async after({ call }) {
      await call(...release('ann', 'ann ends'));
      await call(...release('ann', 'ann ends'));
      await call(...acquire('bob'));
    },
  },

  'a lock that was released': {
    async before({ call }) {
      await call(...acquire('ann'));
      await call(...release('ann', 'ann ends'));
    },
    async after({ call }) {
      await call(...release('ann', 'ann ends'));
      await call(...release('ann', 'ann ends again'));
      await call(...extend('ann', 60));
      // A late copy of a call whose holder has released it since.
      await call(...acquire('ann'));
      await call(...acquire('bob'));
    },
  },

  'a lock that was extended': {
    async before({ call, pass }) {
      await call(...acquire('ann', 5));
      await pass(1_000);
      await call(...extend('ann', 90, SENT + 1_000));
    },
    async after({ call, passTo }) {
      // Made before the last extension: it does not shorten what that has promised.
      await call(...extend('ann', 1, SENT + 999));
      await call(...acquire('bob'));
      await call(...extend('ann', 40, SENT + 1_001));
      await passTo(MADE_AT + 40_999);
      await call(...acquire('bob', 30, MADE_AT));
      await passTo(MADE_AT + 41_000);
      await call(...acquire('bob', 30, MADE_AT));
    },
  },

  'a lock that has ended by itself': {
    async before({ call }) {
      await call(...acquire('ann', 2));
    },
    async after({ call }) {
      await call(...extend('ann', 30));
      await call(...release('ann', 'ann ends'));
      await call(...acquire('bob'));
    },
  },

  'a lock whose clock has gone back': {
    async before({ call, setClock }) {
      setClock(20_000);
      await call(...acquire('ann', 5));
      await call(...release('ann', 'ann ends'));
      setClock(0);
    },
    async after({ call }) {
      // The fence grows, whatever the clock says.
      await call(...acquire('bob'));
      await call(...release('bob', 'bob ends'));
      await call(...acquire('eve'));
    },
  },
};

const counters: Scenes['scenes'] = {
  'a counter': {
    async before({ call }) {
      await call(...increment(5, 'five'));
      await call(...increment(-2, 'down'));
    },
    async after({ call, again }) {
      await again(count, increment(5, 'five'), increment(-2, 'down'), increment(4, 'five'));
      await call(...increment(1, 'up'));
      await again(count, increment(1, 'up'), increment(5, 'five'));
      await call(...reset('end'));
      await again(count, reset('end'), increment(5, 'five'));
    },
  },

  'a counter whose keys are forgotten': {
    async before({ call }) {
      await call(...increment(5, 'five'));
    },
    async after({ call, passTo }) {
      await passTo(SENT + 601_000);
      await call(...count);
      await call('increment', 5, 'five', SENT + 600_000);
      await call('reset', 'end', SENT + 600_000);
    },
  },

  'a counter that was reset': {
    async before({ call }) {
      await call(...increment(5, 'five'));
      await call(...reset('reset'));
      await call(...increment(2, 'two'));
    },
    async after({ call, again }) {
      await again(count, reset('reset'), increment(5, 'five'), increment(2, 'two'));
      await call(...increment(-2, 'down'));
      await call(...count);
    },
  },

  'a reset of nothing': {
    async before({ call }) {
      await call(...reset('reset'));
    },
    async after({ call, again }) {
      await call(...increment(2, 'two'));
      await again(count, reset('reset'));
      await call(...reset('end'));
    },
  },

  'a counter at its end': {
    async before({ call }) {
      await call(...increment(Number.MAX_SAFE_INTEGER, 'most'));
    },
    async after({ call, again }) {
      await again(count, increment(1, 'too much'), increment(Number.MAX_SAFE_INTEGER, 'most'));
      await call(...increment(-1, 'down'));
      await call(...increment(1, 'up'));
      await call(...reset('end'));
    },
  },
};

export const coordination: Scenes = {
  className: 'CoordinationDurableObject',
  scenes: { ...locks, ...counters },
};
