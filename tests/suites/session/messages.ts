// What the methods say of a bad argument: they name what was given.
import type { KVHandle, ObjectHandle } from '@codex/cloudflare-clients';
import * as clients from '@codex/cloudflare-clients';
import { type Case, LONG, type Method, SECRET } from '../core/bad_arguments.js';

const session = (over: object) => ({
  session: { expiresAt: new Date(Date.now() + 3_600_000), userId: 'u', ...over },
  user: { id: 'u' },
});
const record = { sessionId: 's', customerId: 'c', userAgent: 'Firefox', createdAt: new Date() };

export function sessionMessages(kv: KVHandle): Method[] {
  const cached = new clients.SessionCacheClient(kv);
  const set = (over: object) => () => cached.set('t', session(over) as never);
  return [
    ['SessionCacheClient.get', [() => cached.get(''), 'The token is empty']],
    [
      'SessionCacheClient.getOrLoad',
      [() => cached.getOrLoad('', () => null), 'The token is empty'],
      [() => cached.getOrLoad(7 as never, () => null), 'The token must be a string, not a number'],
      [() => cached.getOrLoad('t', SECRET as never), 'The loader must be a function, not a string'],
      [
        () => cached.getOrLoad('t', () => session({ by: new Map() }) as never),
        'The session cannot be stored as JSON: session.by is a Map',
      ],
    ],
    [
      'SessionCacheClient.set',
      [() => cached.set('', session({}) as never), 'The token is empty'],
      [() => cached.set(LONG, session({}) as never), 'The token has more than 16384 characters'],
      [
        () => cached.set(SECRET.repeat(60), session({}) as never),
        'The token, in its key, has 728 bytes of UTF-8; KV takes at most 512',
      ],
      [set({ expiresAt: SECRET }), 'session.expiresAt must be a Date or an ISO 8601 string'],
      [set({ userId: [] }), 'session.userId and user.id must be strings or whole numbers'],
      [set({ userId: SECRET.repeat(40) }), 'session.userId or user.id, in the key of its entry, has '],
      [set({ n: 1n }), 'The session cannot be stored as JSON: session.n is a BigInt'],
      [() => cached.set('t', 7 as never), 'A cached session is { session, user }'],
      [
        () => cached.set('t', session({}) as never, { asOf: Number.NaN }),
        'asOf must be a Date or ms since the epoch, not NaN',
      ],
    ],
    ['SessionCacheClient.delete', [() => cached.delete(''), 'The token is empty']],
    [
      'SessionCacheClient.deleteUserSessions',
      [() => cached.deleteUserSessions(1.5), 'userId must be a string or a whole number'],
      [() => cached.deleteUserSessions(LONG), 'userId is too long'],
      [() => cached.deleteUserSessions(SECRET.repeat(42)), 'userId, in the keys of its entries, has '],
    ],
  ];
}

export function storeMessages(objects: ObjectHandle): Method[] {
  const store = new clients.SessionStoreClient(objects);
  const ofId = (what: string, go: (id: string) => unknown): Case[] => [
    [() => go(7 as never), `${what} must be a string, not a number`],
    [() => go(''), `${what} must have 1 to 512 bytes`],
    [() => go(SECRET.repeat(43)), `${what} must have 1 to 512 bytes`],
  ];
  const set = (over: object) => () => store.set({ ...record, ...over } as never);
  return [
    ['SessionStoreClient.get', ...ofId('sessionId', (id) => store.get(id))],
    ['SessionStoreClient.delete', ...ofId('sessionId', (id) => store.delete(id))],
    ['SessionStoreClient.list', ...ofId('customerId', (id) => store.list(id))],
    ['SessionStoreClient.revokeAll', ...ofId('customerId', (id) => store.revokeAll(id))],
    [
      'SessionStoreClient.set',
      [set({ sessionId: 7 }), 'sessionId must be a string, not a number'],
      [set({ sessionId: '€'.repeat(171) }), 'sessionId must have 1 to 512 bytes'],
      [set({ customerId: '' }), 'customerId must have 1 to 512 characters'],
      [set({ userAgent: 7 }), 'userAgent must be a string, not 7'],
      [set({ createdAt: SECRET }), 'createdAt must be a Date that names a moment'],
      [set({ createdAt: 7 }), 'createdAt must be a Date, or an ISO 8601 string, that names a moment, not 7'],
      [() => store.set(SECRET as never), 'A session record must be an object, not a string'],
    ],
  ];
}
