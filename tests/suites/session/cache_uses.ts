import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { faulty, unique } from '../../support/backend.js';
import type { Setting, SharedUse, Use } from '../core/uses.js';

const cacheOf = ({ clients, objects }: Setting, kv = createStrictKv(), hashTokens = true) =>
  new clients.SessionCacheClient(kv, {
    revocations: objects('SESSION_DO'),
    maxStalenessSeconds: 0,
    hashTokens,
  });

/** A KV that still shows what was deleted, as another location does for a while. */
const slowKv = () =>
  faulty(createStrictKv(), (operation) => (operation === 'delete' ? Promise.resolve() : undefined));

const login = (user: string) => ({
  session: { userId: user, expiresAt: new Date(Date.now() + 3_600_000) },
  user: { id: user },
});

export const CACHE: Use[] = [
  {
    method: 'SessionCacheClient.get',
    async go(setting) {
      const cache = cacheOf(setting);
      const token = unique();
      const none = await cache.get(token);
      await cache.set(token, login('ann'));
      return [none, (await cache.get(token))?.user];
    },
    gets: [null, { id: 'ann' }],
  },
  {
    method: 'SessionCacheClient.getOrLoad',
    async go(setting) {
      const cache = cacheOf(setting);
      const [token, user] = [unique(), unique()];
      let loads = 0;
      const load = () => {
        loads += 1;
        return login(user);
      };
      await cache.getOrLoad(token, load);
      await cache.getOrLoad(token, load);
      await cache.delete(token);
      const out = await cache.getOrLoad(token, () => null);
      return [loads, out];
    },
    gets: [1, null],
  },
  {
    method: 'SessionCacheClient.set',
    async go(setting) {
      const cache = cacheOf(setting);
      const [token, user] = [unique(), unique()];
      const asOf = Date.now() - 5_000;
      await cache.deleteUserSessions(user);
      // What was read before the revocation is not cached.
      await cache.set(token, login(user), { asOf });
      return cache.get(token);
    },
    gets: null,
  },
  {
    method: 'SessionCacheClient.delete',
    async go(setting) {
      const cache = cacheOf(setting, slowKv());
      const [token, user] = [unique(), unique()];
      await cache.getOrLoad(token, () => login(user));
      const before = await cache.get(token);
      await cache.delete(token);
      return [before === null, await cache.get(token)];
    },
    gets: [false, null],
  },
  {
    method: 'SessionCacheClient.deleteUserSessions',
    async go(setting) {
      const cache = cacheOf(setting, slowKv());
      const [token, user] = [unique(), unique()];
      await cache.getOrLoad(token, () => login(user));
      const deleted = await cache.deleteUserSessions(user);
      return [deleted, await cache.get(token)];
    },
    gets: [1, null],
  },
];

// Under plain tokens: a version finds no session under a hash that another one has cached, and loads it.
export const SHARED_CACHE: SharedUse[] = [
  {
    what: 'a session that the one has cached is served by the other',
    async go(first, second) {
      const kv = createStrictKv();
      const [token, user] = [unique(), unique()];
      await cacheOf(first, kv, false).getOrLoad(token, () => login(user));
      const served = await cacheOf(second, kv, false).get(token);
      return served?.user.id === user;
    },
    gets: true,
  },
  ...(['delete', 'deleteUserSessions'] as const).map((how) => ({
    what: `a session that the one has cached is refused after ${how} of the other`,
    async go(first: Setting, second: Setting) {
      const kv = slowKv();
      const [token, user] = [unique(), unique()];
      const [here, there] = [cacheOf(first, kv, false), cacheOf(second, kv, false)];
      await here.getOrLoad(token, () => login(user));
      const before = await there.get(token);
      await there[how](how === 'delete' ? token : user);
      return [before === null, await here.get(token)];
    },
    gets: [false, null],
  })),
];
