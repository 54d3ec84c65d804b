import { expect } from 'vitest';
import { unique } from '../../support/backend.js';
import type { Setting, SharedUse, Use } from '../core/uses.js';

const sessionsOf = ({ clients, objects }: Setting) => new clients.SessionStoreClient(objects('SESSION_DO'));

const createdAt = new Date('2026-01-02T03:04:05.678Z');
const record = (sessionId: string, customerId: string) => ({
  sessionId,
  customerId,
  userAgent: 'Firefox "ä"',
  createdAt,
});

export const SESSIONS: Use[] = [
  {
    method: 'SessionStoreClient.set',
    async go(setting) {
      const sessions = sessionsOf(setting);
      const [id, ann, bob] = [unique(), unique(), unique()];
      await sessions.set(record(id, ann));
      await sessions.set(record(id, bob));
      const [listed] = await sessions.list(bob);
      return [await sessions.list(ann), listed?.sessionId === id];
    },
    gets: [[], true],
  },
  {
    method: 'SessionStoreClient.get',
    async go(setting) {
      const sessions = sessionsOf(setting);
      const id = unique();
      const none = await sessions.get(id);
      await sessions.set(record(id, unique()));
      return [none, await sessions.get(id)];
    },
    gets: [null, { ...record('', ''), sessionId: expect.any(String), customerId: expect.any(String) }],
  },
  {
    method: 'SessionStoreClient.delete',
    async go(setting) {
      const sessions = sessionsOf(setting);
      const [id, ann] = [unique(), unique()];
      await sessions.set(record(id, ann));
      await sessions.delete(id);
      return [await sessions.get(id), await sessions.list(ann)];
    },
    gets: [null, []],
  },
  {
    method: 'SessionStoreClient.list',
    async go(setting) {
      const sessions = sessionsOf(setting);
      const ann = unique();
      for (const n of [1, 2, 3]) await sessions.set(record(`${ann} ${n}`, ann));
      return (await sessions.list(ann)).map(({ sessionId }) => sessionId.replace(ann, ''));
    },
    gets: [' 1', ' 2', ' 3'],
  },
  {
    method: 'SessionStoreClient.revokeAll',
    async go(setting) {
      const sessions = sessionsOf(setting);
      const [one, two, ann] = [unique(), unique(), unique()];
      await sessions.set(record(one, ann));
      await sessions.set(record(two, ann));
      const revoked = await sessions.revokeAll(ann);
      return [revoked, await sessions.get(one), await sessions.list(ann), await sessions.revokeAll(ann)];
    },
    gets: [2, null, [], 0],
  },
];

export const SHARED_SESSIONS: SharedUse[] = [
  {
    what: 'a session that the one has set is got, listed and deleted by the other',
    async go(first, second) {
      const [id, ann] = [unique(), unique()];
      await sessionsOf(first).set(record(id, ann));
      const found = await sessionsOf(second).get(id);
      const listed = await sessionsOf(second).list(ann);
      await sessionsOf(second).delete(id);
      return [found?.createdAt, listed.length, await sessionsOf(first).get(id)];
    },
    gets: [createdAt, 1, null],
  },
  {
    what: 'a session that the one has set moves to another customer by the other',
    async go(first, second) {
      const [id, ann, bob] = [unique(), unique(), unique()];
      await sessionsOf(first).set(record(id, ann));
      await sessionsOf(second).set(record(id, bob));
      const { length } = await sessionsOf(first).list(bob);
      return [await sessionsOf(first).list(ann), length];
    },
    gets: [[], 1],
  },
  {
    what: 'the sessions that both have set are revoked, and their customer can sign in again',
    async go(first, second) {
      const [one, two, ann] = [unique(), unique(), unique()];
      await sessionsOf(first).set(record(one, ann));
      await sessionsOf(second).set(record(two, ann));
      const revoked = await sessionsOf(second).revokeAll(ann);
      await sessionsOf(first).set(record(one, ann));
      return [revoked, await sessionsOf(first).get(two), (await sessionsOf(second).list(ann)).length];
    },
    gets: [2, null, 1],
  },
];
