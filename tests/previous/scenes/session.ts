import { MADE_AT, type Made, type Scenes, SENT } from '../recorder.js';

const WEEK_MS = 7 * 86_400_000;
const HOUR_MS = 3_600_000;

const put = (customerId: string, tick: number, ttl = WEEK_MS, userAgent = 'Firefox "ä"'): Made => [
  'putSession',
  { sessionId: 's1', customerId, userAgent, createdAt: new Date(SENT - 5) },
  tick,
  ttl,
];
const read: Made = ['readSession'];
const enter = (id: string): Made => ['addEntry', id, WEEK_MS];
const index: Made = ['readIndex'];
const revocations: Made = ['readRevocations'];
const hash = (letter: string) => letter.repeat(64);

export const sessions: Scenes = {
  className: 'SessionDurableObject',
  scenes: {
    'a record': {
      async before({ call }) {
        await call(...put('ann', SENT));
      },
      async after({ call, again }) {
        await again(read, put('ann', SENT), put('ann', SENT - 1, WEEK_MS, 'older'));
        await again(read, ['removeSession', SENT - 1]);
        await call(...put('ann', SENT + 1, WEEK_MS, 'newer'));
        await call(...read);
        await call('removeSession', SENT + 1);
        await again(read, put('ann', SENT + 1), put('ann', SENT), ['removeSession', SENT + 1]);
      },
    },

    'a record, until it expires': {
      async before({ call }) {
        await call(...put('ann', SENT, HOUR_MS));
      },
      async after({ call, passTo }) {
        await passTo(SENT + HOUR_MS - 1);
        await call(...read);
        await passTo(SENT + HOUR_MS);
        await call(...read);
      },
    },

    'a record that was removed': {
      async before({ call }) {
        await call(...put('ann', SENT));
        await call('removeSession', SENT);
      },
      async after({ call, again }) {
        await again(read, put('ann', SENT), ['removeSession', SENT], ['removeSession']);
        await call(...put('ann', MADE_AT));
        await call(...read);
      },
    },

    'a record that was revoked': {
      async before({ call }) {
        await call(...put('ann', SENT));
        await call('revokeSession', 'ann', SENT + 5);
      },
      async after({ call, again, pass }) {
        await again(read, ['revokeSession', 'ann', SENT + 5], ['revokeSession', 'ann', SENT + 4]);
        await again(read, put('ann', SENT + 4), ['revokeSession', 'bob', SENT + 5]);
        await call(...put('ann', MADE_AT));
        await call(...read);
        await pass(61_000);
        await call(...put('ann', SENT));
      },
    },

    'a revocation of what was not there': {
      async before({ call }) {
        await call('revokeSession', 'ann', SENT + 5);
      },
      async after({ call, again }) {
        await call(...put('ann', SENT));
        await again(read, ['revokeSession', 'ann', SENT + 5]);
        await call(...put('bob', SENT));
        await call(...read);
      },
    },

    'a record that has moved to another customer': {
      async before({ call }) {
        await call(...put('ann', SENT));
        await call(...put('bob', SENT + 3));
      },
      async after({ call, again }) {
        await again(read, put('ann', SENT), ['revokeSession', 'ann', SENT + 5], put('bob', SENT + 3));
        await call(...put('ann', MADE_AT));
        await call(...read);
      },
    },

    'an index': {
      async before({ call, pass }) {
        await call(...enter('s1'));
        await call(...enter('s2'));
        await call(...enter('s3'));
        await call('forgetEntries', ['s2', 'none'], [SENT + 1, SENT], false);
        await pass(10);
        await call(...enter('s4'));
      },
      async after({ call, again, pass }) {
        await again(index, ['forgetEntries', ['s1'], [SENT - 1], false]);
        await again(index, ['forgetEntries', ['s1'], [SENT], true]);
        await call(...enter('s1'));
        await call(...index);
        await pass(60_000);
        await call('forgetEntries', ['s3'], [SENT + 2], true);
        await call(...index);
      },
    },

    'an index whose clock has gone back': {
      async before({ call, setClock }) {
        setClock(20_000);
        await call(...enter('s1'));
        await call(...enter('s2'));
        setClock(0);
        await call(...enter('s3'));
      },
      async after({ call, setClock }) {
        // What comes later has the larger timestamp, whatever the clock says.
        setClock(-40_000);
        await call(...enter('s4'));
        await call('stampFill');
        await call('revokeUser', true);
        setClock(0);
        await call(...index);
        await call(...revocations);
      },
    },

    'a customer whose sessions were revoked': {
      async before({ call, pass }) {
        await call(...enter('s1'));
        await call(...enter('s2'));
        await call('revokeTokenOfUser', hash('a'), SENT + HOUR_MS);
        await pass(5);
        const revoked = (await call('revokeUser', true)) as { tick: number };
        await call('forgetEntries', ['s1'], [revoked.tick], false);
        await pass(5);
        await call('revokeTokenOfUser', hash('b'), SENT + HOUR_MS);
        await call('revokeTokenOfUser', hash('c'), SENT + 2 * HOUR_MS);
        await call('stampFill');
      },
      async after({ call, passTo }) {
        await call(...index);
        await call(...revocations);
        await call('revokeTokenOfUser', hash('b'), SENT + HOUR_MS);
        await call('stampFill');
        await call(...revocations);
        await passTo(SENT + HOUR_MS);
        await call(...revocations);
        await passTo(SENT + WEEK_MS + HOUR_MS);
        await call(...index);
        await call(...revocations);
      },
    },

    'a customer with as many revoked tokens as are kept': {
      async before({ call }) {
        for (let n = 0; n < 64; n++) await call('revokeTokenOfUser', `token ${n}`, SENT + HOUR_MS);
      },
      async after({ call }) {
        await call(...revocations);
        // One more revokes all.
        await call('revokeTokenOfUser', 'token 64', SENT + HOUR_MS);
        await call(...revocations);
      },
    },

    'a token that is cached': {
      async before({ call }) {
        await call('fillToken', 'ann', SENT + HOUR_MS);
        await call('fillToken', 'bob', SENT + 2 * HOUR_MS);
      },
      async after({ call, passTo }) {
        await call('fillToken', 'ann', SENT + HOUR_MS - 1);
        await call('revokeToken');
        await call('fillToken', 'eve', SENT + HOUR_MS);
        await passTo(SENT + HOUR_MS);
        await call('revokeToken');
      },
    },

    'a token that was revoked': {
      async before({ call }) {
        await call('fillToken', 'ann', SENT + HOUR_MS);
        await call('revokeToken');
      },
      async after({ call, pass }) {
        await call('fillToken', 'ann', SENT + HOUR_MS);
        await call('revokeToken');
        await pass(2 * HOUR_MS);
        await call('fillToken', 'ann', SENT + 5 * HOUR_MS);
      },
    },
  },
};
