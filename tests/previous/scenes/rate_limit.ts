import { MADE_AT, type Made, type Scenes, SENT } from '../recorder.js';

const WINDOW = 60;

const limit = (keyPrefix: string, algorithm?: string, most = 5) => ({
  limit: most,
  window: WINDOW,
  keyPrefix,
  ...(algorithm && { algorithm }),
});
const fixed = limit('fixed:');
const sliding = limit('sliding:', 'sliding-window');
const bucket = limit('bucket:', 'token-bucket');
type Limit = ReturnType<typeof limit>;
const ALL = [fixed, sliding, bucket];

const check = (limits: object[], cost: number, id: number, sent = SENT): Made => [
  'check',
  limits,
  cost,
  id,
  sent,
];
// The ids of calls are their own, whatever they call.
const idOf = (of: Limit, n: number) => 1_000 * ALL.indexOf(of) + n;
const refund = (cost: number, n: number, of = fixed): Made => ['refund', of, cost, idOf(of, n), SENT];
const penalize = (cost: number, n: number, of = fixed): Made => ['penalize', of, cost, idOf(of, n), SENT];
const reset = (n: number, of = fixed): Made => ['reset', of.keyPrefix, idOf(of, n), SENT];
/** A check of one limit. */
const checkOne = (of: Limit, cost: number, n: number, sent?: number): Made =>
  check([of], cost, idOf(of, n), sent);
const peek = (of: object): Made => ['peek', of];
const look = peek(fixed);

/** What is left under each limit, and what a check replies at the end of it. */
async function usedUp(call: (...made: Made) => Promise<unknown>, first: number, at: number): Promise<void> {
  for (const one of ALL) {
    await call(...peek(one));
    await call(...checkOne(one, 3, first, at));
    await call(...checkOne(one, 3, first + 1, at));
  }
}

export const limits: Scenes = {
  className: 'RateLimitDurableObject',
  scenes: {
    'checks by three algorithms': {
      async before({ call, pass }) {
        for (const [n, one] of ALL.entries()) {
          await call(...checkOne(one, 1, n));
          await pass(1_500);
          await call(...checkOne(one, 1, 10 + n));
        }
      },
      async after({ call, again, passTo }) {
        for (const [n, one] of ALL.entries())
          await again(peek(one), checkOne(one, 1, n), checkOne(one, 1, 10 + n));
        await usedUp(call, 100, MADE_AT);
        await passTo(MADE_AT + 30_000);
        await usedUp(call, 200, MADE_AT + 30_000);
        await passTo(MADE_AT + 59_000);
        await usedUp(call, 300, MADE_AT + 59_000);
      },
    },

    'a check of all of them': {
      async before({ call }) {
        await call(...check(ALL, 2, 1));
        await call(...check([sliding], 2, 2));
        await call(...check(ALL, 3, 3));
      },
      async after({ call, again }) {
        for (const one of ALL) await again(peek(one), check(ALL, 2, 1), check(ALL, 3, 3));
        await call(...check(ALL, 1, 4));
        await call(...check(ALL, 1, 5));
      },
    },

    'a limit that is used up': {
      async before({ call }) {
        for (const one of ALL) await call(...checkOne(one, 5, 1));
        for (const one of ALL) await call(...checkOne(one, 1, 2));
      },
      async after({ call, again, passTo }) {
        for (const one of ALL) await again(peek(one), checkOne(one, 5, 1), checkOne(one, 1, 2));
        await passTo(SENT + 59_999);
        for (const one of ALL) await call(...checkOne(one, 5, 3, MADE_AT + 51_000));
        await passTo(SENT + 60_000);
        for (const one of ALL) await call(...checkOne(one, 5, 4, MADE_AT + 52_000));
      },
    },

    'a log of many moments': {
      async before({ call, pass }) {
        const many = limit('many:', 'sliding-window', 1_000);
        for (let id = 0; id < 150; id++) {
          await call(...check([many], 1, id));
          await pass(50);
        }
      },
      async after({ call, again, passTo }) {
        const many = limit('many:', 'sliding-window', 1_000);
        await again(peek(many), check([many], 1, 0), check([many], 1, 149));
        for (const ms of [52_000, 54_000, 56_000, 58_000, 60_000]) {
          await passTo(MADE_AT + ms);
          await call(...peek(many));
        }
      },
    },

    'a check that is remembered no longer': {
      async before({ call, pass }) {
        await call(...checkOne(fixed, 1, 1));
        await pass(1_000);
        await call(...checkOne(fixed, 1, 2));
      },
      async after({ call, passTo }) {
        await passTo(SENT + 20_500);
        await call(...checkOne(fixed, 1, 1, MADE_AT));
        await passTo(MADE_AT + 15_000);
        await call(...checkOne(fixed, 1, 3, MADE_AT + 15_000));
        await call(...checkOne(fixed, 1, 1, MADE_AT + 15_000));
        await call(...look);
      },
    },

    'refunds and penalties': {
      async before({ call }) {
        for (const one of ALL) {
          await call(...checkOne(one, 5, 1));
          await call(...refund(3, 2, one));
          await call(...penalize(1, 3, one));
        }
      },
      async after({ call, again, pass }) {
        for (const one of ALL)
          await again(peek(one), refund(3, 2, one), penalize(1, 3, one), checkOne(one, 5, 1));
        for (const one of ALL) await call(...refund(1, 4, one));
        await pass(20_000);
        for (const one of ALL)
          await again(peek(one), refund(3, 2, one), penalize(1, 3, one), refund(1, 4, one));
      },
    },

    'penalties beyond the limit': {
      async before({ call }) {
        for (const one of ALL) await call(...penalize(4, 1, one));
        for (const one of ALL) await call(...penalize(4, 2, one));
      },
      async after({ call, again, pass }) {
        for (const one of ALL) await again(peek(one), penalize(4, 2, one), checkOne(one, 1, 3));
        await pass(30_000);
        for (const one of ALL) await call(...peek(one));
      },
    },

    'a refund of nothing': {
      async before({ call }) {
        await call(...refund(1, 1));
      },
      async after({ call, again }) {
        await call(...checkOne(fixed, 5, 2));
        await again(look, refund(1, 1));
      },
    },

    'a reset': {
      async before({ call }) {
        for (const one of ALL) await call(...checkOne(one, 5, 1));
        for (const one of ALL) await call(...reset(2, one));
        for (const one of ALL) await call(...checkOne(one, 3, 3));
      },
      async after({ call, again }) {
        for (const one of ALL) await again(peek(one), reset(2, one), checkOne(one, 3, 3));
        await call(...reset(4));
        for (const one of ALL) await call(...peek(one));
      },
    },

    'a reset of nothing': {
      async before({ call }) {
        await call(...reset(1));
      },
      async after({ call, again, pass }) {
        await pass(3_000);
        await call(...checkOne(fixed, 5, 2, MADE_AT));
        await again(look, reset(1));
      },
    },

    'calls of clients that send no time': {
      async before({ call }) {
        await call('check', [fixed], 3, 1);
        await call('check', [bucket], 3, 2);
        await call('refund', fixed, 1, 3);
        await call('reset', bucket.keyPrefix);
      },
      async after({ call, again }) {
        await again(look, ['check', [fixed], 3, 1], ['refund', fixed, 1, 3]);
        await call(...peek(bucket));
      },
    },

    'a limit that was another': {
      async before({ call }) {
        await call(...check([limit('plan:', 'sliding-window', 10)], 8, 1));
      },
      async after({ call }) {
        await call(...peek(limit('plan:', 'sliding-window', 20)));
        await call(...peek(limit('plan:', 'token-bucket', 10)));
        await call(...check([limit('plan:', 'token-bucket', 4)], 1, 2));
        await call(...peek(limit('plan:', 'fixed-window', 10)));
      },
    },
  },
};
