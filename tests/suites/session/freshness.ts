import { SessionCacheClient, type SessionCacheOptions } from '@codex/cloudflare-clients';
import { expect, it, vi } from 'vitest';
import { type Backend, code, counted, faulty, listening, unique } from '../../support/backend.js';
import { settled, stopClock } from '../../support/time.js';
import { HOUR, session } from './data.js';

const DAY = 24 * HOUR;

/** How old a cached session may be, and that loads are one. */
export function sessionFreshnessSuite(backend: Backend): void {
  it.each<[string, SessionCacheOptions, number, number?]>([
    ['an hour by default', {}, 3_600],
    ['maxAgeSeconds', { maxAgeSeconds: 600 }, 600],
    ['its expiry, where that is sooner', { maxAgeSeconds: 40 * 86_400 }, 30 * 86_400],
    ['ten years at most, which KV can keep', { maxAgeSeconds: Infinity }, 315_360_000, 8.64e15],
  ])('stores a session for %s', async (_, options, seconds, ends) => {
    const ttls: unknown[] = [];
    const kv = faulty(backend.kv(), (operation, args) =>
      operation === 'put' ? void ttls.push((args[2] as { expirationTtl: number }).expirationTtl) : undefined,
    );
    stopClock();
    const sessions = new SessionCacheClient(kv, options);
    const { data } = session('u', new Date(ends ?? Date.now() + 30 * DAY));
    await sessions.set(unique(), data);
    await sessions.getOrLoad(unique(), () => data);
    expect(new Set(ttls)).toEqual(new Set([seconds]));
    expect(ttls).toHaveLength(backend.full ? 4 : 2);
  });

  it('refuses a maxAgeSeconds that KV cannot keep', () => {
    for (const maxAgeSeconds of [59, 0, -1, Number.NaN, '600' as never, null as never]) {
      const make = () => new SessionCacheClient(backend.kv(), { maxAgeSeconds });
      expect(make).toThrow(expect.objectContaining({ code: 'misconfigured' }));
    }
  });

  it('getOrLoad runs one loader for all who ask at the same time', async () => {
    const { events, onEvent } = listening();
    const kv = backend.kv();
    const { token, data } = session('u', new Date(Date.now() + HOUR));
    const loaded = Promise.withResolvers<void>();
    const load = vi.fn(() => loaded.promise.then(() => data));
    const answers = Promise.all(
      Array.from({ length: 50 }, () => new SessionCacheClient(kv, { onEvent }).getOrLoad(token, load)),
    );
    await new SessionCacheClient(kv).get(unique());
    await settled();
    loaded.resolve();
    const all = await answers;
    expect(load).toHaveBeenCalledTimes(1);
    expect(all.filter((found) => found === data)).toHaveLength(1);
    for (const found of all) expect(found?.user.id).toBe('u');
    expect(new Set(all).size).toBe(50);
    expect(events.filter(({ note }) => note === 'joined')).toHaveLength(49);
  });

  it('getOrLoad shares that there is none, and what the loader throws', async () => {
    const kv = backend.kv();
    for (const none of [null, undefined, { session: null, user: null }]) {
      const load = vi.fn(async () => none);
      const token = unique();
      const all = [1, 2, 3].map(() => new SessionCacheClient(kv).getOrLoad(token, load));
      expect(await Promise.all(all)).toEqual([null, null, null]);
      expect(load).toHaveBeenCalledTimes(1);
    }
    const mine = new Error('mine');
    const [token, broken] = [unique(), vi.fn(() => Promise.reject(mine))];
    const all = [1, 2, 3].map(() => new SessionCacheClient(kv).getOrLoad(token, broken));
    for (const end of await Promise.allSettled(all)) expect(end).toMatchObject({ reason: mine });
    expect(broken).toHaveBeenCalledTimes(1);
  });

  it.each(['delete', 'deleteUserSessions'] as const)('%s ends the loads that began before', async (way) => {
    if (way === 'deleteUserSessions' && !backend.full) return;
    const { events, onEvent } = listening();
    const kv = backend.kv();
    const sessions = new SessionCacheClient(kv, { onEvent });
    const { token, data } = session();
    const old = Promise.withResolvers<typeof data>();
    const begun = Promise.withResolvers<void>();
    const first = sessions.getOrLoad(token, () => {
      begun.resolve();
      return old.promise;
    });
    await begun.promise;
    await sessions[way](way === 'delete' ? token : data.user.id);
    // The database knows of it by now, and nobody joins the old load.
    expect(await sessions.getOrLoad(token, () => null)).toBeNull();
    old.resolve(data);
    expect(await first).toBe(data);
    expect(events).toContainEqual(expect.objectContaining({ note: 'not_cached', code: 'conflict' }));
    expect(await sessions.get(token)).toBeNull();
  });

  it('getOrLoad writes its two entries side by side', async () => {
    if (!backend.full) return;
    const begun: string[] = [];
    const gate = Promise.withResolvers<void>();
    const kv = faulty(backend.kv(), (operation, [key]) => {
      if (operation !== 'put') return undefined;
      begun.push(String(key).slice(0, 8));
      return gate.promise;
    });
    const { token, data } = session();
    const answer = new SessionCacheClient(kv).getOrLoad(token, () => data);
    await vi.waitFor(() => expect(begun).toEqual(['session-', 'session:']));
    gate.resolve();
    expect(await answer).toBe(data);
  });

  it('leaves no session that could not be found by its user', async () => {
    if (!backend.full) return;
    const store = backend.kv();
    const deleted: unknown[] = [];
    const kv = faulty(store, (operation, [key]) => {
      if (operation === 'delete') return Promise.resolve(void deleted.push(key));
      return operation === 'put' && String(key).startsWith('session-user:')
        ? Promise.reject(new Error('KV PUT failed: 500'))
        : undefined;
    });
    const { token, data } = session();
    expect(await code(new SessionCacheClient(kv).set(token, data))).toBe('kv_unavailable');
    expect(deleted).toEqual([`session:${token}`]);
  });

  it('finds nothing for a cookie that is too long for a key, and loads without caching', async () => {
    const { events, onEvent } = listening();
    const { kv, count } = counted(backend.kv());
    const sessions = new SessionCacheClient(kv, { onEvent });
    const { data } = session();
    const cookie = 'x'.repeat(600);
    expect(await sessions.get(cookie)).toBeNull();
    expect(await sessions.getOrLoad(cookie, () => null)).toBeNull();
    expect(await sessions.getOrLoad(cookie, () => data)).toBe(data);
    expect(events).toContainEqual(expect.objectContaining({ note: 'not_cached', code: 'invalid_key' }));
    expect(await code(sessions.set(cookie, data))).toBe('invalid_key');
    expect(count).toEqual({});
    const endless = 'x'.repeat(40_000_000);
    const hashed = new SessionCacheClient(kv, { hashTokens: true });
    expect(await hashed.get(endless)).toBeNull();
    expect(await hashed.getOrLoad(endless, () => expect.fail('it is nobody’s'))).toBeNull();
    await hashed.delete(endless);
    expect(count).toEqual({});
    await sessions.delete(cookie);
  });

  it('takes the whole numbers of a database for ids, and signs them out', async () => {
    const sessions = new SessionCacheClient(backend.kv());
    const expiresAt = new Date(Date.now() + HOUR);
    const id = Math.floor(Math.random() * 1e12);
    const data = { session: { userId: id, expiresAt }, user: { id } };
    const [token, other] = [unique(), unique()];
    await sessions.set(token, data);
    await sessions.getOrLoad(other, () => ({ session: { expiresAt }, user: { id } }));
    expect(await sessions.get(token)).toMatchObject({ user: { id } });
    if (backend.full) {
      expect(await sessions.deleteUserSessions(id)).toBe(2);
      expect([await sessions.get(token), await sessions.get(other)]).toEqual([null, null]);
    }
    for (const bad of [1.5, 2 ** 53, true, {}, []]) {
      const wrong = { session: { userId: bad, expiresAt }, user: {} };
      expect(await code(sessions.set(token, wrong as never))).toBe('invalid_session');
    }
  });
}
