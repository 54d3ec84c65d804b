import { expect } from 'vitest';
import { code, unique } from '../../support/backend.js';
import type { Setting, SharedUse, Use } from '../core/uses.js';

const locksOf = ({ clients, objects }: Setting) => new clients.LockClient(objects('COORDINATION_DO'));
const countersOf = ({ clients, objects }: Setting) => new clients.CounterClient(objects('COORDINATION_DO'));

const TTL = { ttlSeconds: 30 };

export const COORDINATION: Use[] = [
  {
    method: 'LockClient.acquire',
    async go(setting) {
      const name = unique();
      const lock = await locksOf(setting).acquire(name, TTL);
      return [lock, await locksOf(setting).acquire(name, TTL)];
    },
    gets: [{ name: expect.any(String), fence: expect.any(Number), expiresAt: expect.any(Number) }, null],
  },
  {
    method: 'LockClient.extend',
    async go(setting) {
      const locks = locksOf(setting);
      const lock = await locks.acquire(unique(), TTL);
      if (!lock) return null;
      const longer = await locks.extend(lock, 90);
      await locks.release(lock);
      return [longer && longer.expiresAt - lock.expiresAt >= 60_000, await locks.extend(lock, 90)];
    },
    gets: [true, null],
  },
  {
    method: 'LockClient.release',
    async go(setting) {
      const locks = locksOf(setting);
      const name = unique();
      const lock = await locks.acquire(name, TTL);
      if (!lock) return null;
      const released = [await locks.release(lock), await locks.release(lock)];
      const next = await locks.acquire(name, TTL);
      return [...released, next && next.fence > lock.fence];
    },
    gets: [true, false, true],
  },
  {
    method: 'LockClient.withLock',
    async go(setting) {
      const locks = locksOf(setting);
      const name = unique();
      return locks.withLock(name, TTL, async () => code(locks.withLock(name, TTL, () => {})));
    },
    gets: 'conflict',
  },
  {
    method: 'CounterClient.increment',
    async go(setting) {
      const counters = countersOf(setting);
      const name = unique();
      const most = await counters.increment(name, Number.MAX_SAFE_INTEGER);
      return [most, await code(counters.increment(name)), await counters.increment(name, -1)];
    },
    gets: [Number.MAX_SAFE_INTEGER, 'limit_exceeded', Number.MAX_SAFE_INTEGER - 1],
  },
  {
    method: 'CounterClient.get',
    async go(setting) {
      const counters = countersOf(setting);
      const name = unique();
      const none = await counters.get(name);
      await counters.increment(name, 7);
      return [none, await counters.get(name)];
    },
    gets: [0, 7],
  },
  {
    method: 'CounterClient.reset',
    async go(setting) {
      const counters = countersOf(setting);
      const name = unique();
      await counters.increment(name, 7);
      await counters.reset(name);
      return [await counters.get(name), await counters.increment(name)];
    },
    gets: [0, 1],
  },
];

const KEY = { idempotencyKey: 'once' };

export const SHARED_COORDINATION: SharedUse[] = [
  {
    what: 'a lock that the one holds is extended and released by the other',
    async go(first, second) {
      const name = unique();
      const lock = await locksOf(first).acquire(name, TTL);
      if (!lock) return null;
      const busy = await locksOf(second).acquire(name, TTL);
      const longer = await locksOf(second).extend(lock, 60);
      const released = await locksOf(second).release(longer ?? lock);
      const next = await locksOf(first).acquire(name, TTL);
      return [busy, longer?.fence === lock.fence, released, next && next.fence > lock.fence];
    },
    gets: [null, true, true, true],
  },
  {
    what: 'an increment with the same key counts once',
    async go(first, second) {
      const name = unique();
      const [one, other] = [countersOf(first), countersOf(second)];
      const counts = [await one.increment(name, 5, KEY), await one.increment(name)];
      return [...counts, await other.increment(name, 5, KEY), await code(other.increment(name, 4, KEY))];
    },
    gets: [5, 6, 5, 'invalid_key'],
  },
  {
    what: 'a counter is reset for both',
    async go(first, second) {
      const name = unique();
      await countersOf(first).increment(name, 5);
      await countersOf(second).reset(name);
      return countersOf(first).increment(name);
    },
    gets: 1,
  },
];
