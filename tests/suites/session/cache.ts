import { SessionCacheClient } from '@codex/cloudflare-clients';
import { describe, expect, it, vi } from 'vitest';
import {
  type Backend,
  code,
  counted,
  down,
  faulty,
  full,
  hang,
  listening,
  unique,
} from '../../support/backend.js';
import { stopClock } from '../../support/time.js';

const HOUR = 3_600_000;

function session(
  userId = unique('user'),
  expiresAt: string | Date = new Date(Date.now() + HOUR).toISOString(),
) {
  const token = unique('token');
  return {
    token,
    data: {
      session: { id: 'session-1', userId, token, expiresAt, ipAddress: '203.0.113.7' },
      user: {
        id: userId,
        email: 'ada@example.com',
        name: 'Ada',
        role: 'customer' as const,
        emailVerified: true,
      },
    },
  };
}

export function sessionSuite(backend: Backend): void {
  describe(`SessionCacheClient on ${backend.name}`, () => {
    it('gives back what was set, unknown fields too, until it is deleted', async () => {
      const sessions = new SessionCacheClient(backend.kv());
      const { token, data } = session();
      const more = { ...data, user: { ...data.user, plan: { name: 'pro', seats: 3 } } };
      await sessions.set(token, more);
      expect(await sessions.get(token)).toEqual(more);
      await sessions.delete(token);
      expect(await sessions.get(token)).toBeNull();
      expect(await sessions.get(unique())).toBeNull();
    });

    it('stores a Date, and any text that is not ISO 8601, as ISO 8601', async () => {
      const sessions = new SessionCacheClient(backend.kv());
      const expiry = new Date('2031-05-06T07:08:09.000Z');
      for (const given of [expiry, expiry.toUTCString(), expiry.toISOString()]) {
        const { token, data } = session('u', given);
        await sessions.set(token, data);
        expect((await sessions.get(token))?.session.expiresAt).toBe('2031-05-06T07:08:09.000Z');
      }
    });

    it('never returns a session after its expiry, however long KV keeps it', async () => {
      const { events, onEvent } = listening();
      const sessions = new SessionCacheClient(backend.kv(), { onEvent });
      const { token, data } = session('u', new Date(Date.now() + 2_000));
      await sessions.set(token, data);
      expect(await sessions.get(token)).not.toBeNull();
      stopClock(Date.now() + 2_000);
      expect(await sessions.get(token)).toBeNull();
      expect(events.slice(-2)).toMatchObject([{ note: 'expired' }, { operation: 'get', hit: false }]);
    });

    it('does not write an expired session, and deletes what stood under its token', async () => {
      const kv = backend.kv();
      const sessions = new SessionCacheClient(kv);
      const { token, data } = session();
      await sessions.set(token, data);
      await sessions.set(token, {
        ...data,
        session: { ...data.session, expiresAt: new Date(Date.now() - 1) },
      });
      expect(await kv.get(`session:${token}`, 'text')).toBeNull();
    });

    it('takes what is not a session for a miss, and says so', async () => {
      const { events, onEvent } = listening();
      const kv = backend.kv();
      const sessions = new SessionCacheClient(kv, { onEvent });
      const good = session().data;
      const bad = [
        'not json',
        'null',
        '1',
        '"text"',
        '[]',
        '{}',
        '{"session":{},"user":{}}',
        JSON.stringify({ ...good, user: null }),
        JSON.stringify({ ...good, session: { ...good.session, expiresAt: 'soon' } }),
        JSON.stringify({ ...good, session: { ...good.session, expiresAt: 4e12 } }),
      ];
      for (const value of bad) {
        const token = unique();
        await kv.put(`session:${token}`, value, { expirationTtl: 60 });
        expect(await sessions.get(token), value).toBeNull();
        expect(events.splice(0), value).toMatchObject([{ note: 'malformed' }, { hit: false }]);
      }
    });

    it('refuses bad input and writes nothing', async () => {
      const { kv, count } = counted(backend.kv());
      const sessions = new SessionCacheClient(kv);
      const { token, data } = session();
      const expiring = (expiresAt: unknown) =>
        ({ ...data, session: { ...data.session, expiresAt } }) as typeof data;
      for (const expiresAt of ['tomorrow', '', new Date(Number.NaN), Number.NaN, 4e12, null, undefined]) {
        expect(await code(sessions.set(token, expiring(expiresAt)))).toBe('invalid_session');
      }
      for (const value of [undefined, null, 1, 'text', [], {}, { session: {} }, { session: 1n, user: {} }]) {
        expect(await code(sessions.set(token, value as never))).toBe('invalid_session');
      }
      for (const key of ['', 'x'.repeat(505), '€'.repeat(169), '\ud800', 7 as never, undefined as never]) {
        expect(await code(sessions.set(key, data))).toBe('invalid_key');
        expect(await code(sessions.get(key))).toBe('invalid_key');
        expect(await code(sessions.delete(key))).toBe('invalid_key');
      }
      const large = { ...data, user: { ...data.user, name: 'x'.repeat(26_214_401) } };
      expect(await code(sessions.set(token, large))).toBe('value_too_large');
      expect(count).toEqual({});
    });

    it('hashes tokens when asked to', async () => {
      const kv = backend.kv();
      const sessions = new SessionCacheClient(kv, { hashTokens: true });
      const { data } = session();
      await sessions.set('abc', data);
      const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
      expect(await kv.get(`session:${sha256}`, 'text')).toBe(JSON.stringify(data));
      expect(await kv.get('session:abc', 'text')).toBeNull();
      expect(await sessions.get('abc')).toEqual(data);
      // A token of any length fits then.
      await sessions.set('t'.repeat(5_000), data);
      expect(await sessions.get('t'.repeat(5_000))).toEqual(data);
      await sessions.delete('abc');
      expect(await sessions.get('abc')).toBeNull();
    });

    it('lets KV failures reach the caller as typed errors with their cause', async () => {
      const { token, data } = session();
      const failing = new SessionCacheClient(faulty(backend.kv(), down));
      for (const call of [
        () => failing.get(token),
        () => failing.set(token, data),
        () => failing.delete(token),
      ]) {
        const error = await call().catch((error) => error);
        expect(error).toMatchObject({ code: 'kv_unavailable', retryable: true });
        expect(error.cause.message).toContain('500');
        expect(`${error.message}${JSON.stringify(error)}`).not.toContain(token);
      }
      const throwing = new SessionCacheClient(
        faulty(backend.kv(), () => {
          throw new Error('at once');
        }),
      );
      expect(await code(throwing.get(token))).toBe('kv_unavailable');
      const limited = new SessionCacheClient(
        faulty(backend.kv(), () => Promise.reject(new Error('KV PUT failed: 429 Too Many Requests'))),
      );
      expect(await code(limited.set(token, data))).toBe('kv_rate_limited');
      const hanging = new SessionCacheClient(faulty(backend.kv(), hang), { timeoutMs: 5 });
      expect(await code(hanging.get(token))).toBe('timeout');
    });

    it('tells a listener everything but keys, tokens and values', async () => {
      const { events, onEvent } = listening();
      const sessions = new SessionCacheClient(backend.kv(), { onEvent });
      const { token, data } = session('secret-user');
      await sessions.get(token);
      await sessions.set(token, data);
      await sessions.get(token);
      await sessions.set('', data).catch(() => {});
      const bytes = JSON.stringify(data).length;
      expect(events).toEqual([
        { client: 'session', operation: 'get', ms: expect.any(Number), hit: false },
        { client: 'session', operation: 'set', ms: expect.any(Number), bytes },
        { client: 'session', operation: 'get', ms: expect.any(Number), hit: true, bytes },
        { client: 'session', operation: 'set', ms: expect.any(Number), code: 'invalid_key' },
      ]);
      expect(JSON.stringify(events)).not.toMatch(/token-|secret-user|ada@/);
      const loud = new SessionCacheClient(backend.kv(), {
        onEvent: () => {
          throw new Error('listener');
        },
      });
      expect(await loud.get(token)).toEqual(data);
    });

    it('getOrLoad asks the loader for what is not there, and answers the same from then on', async () => {
      const { events, onEvent } = listening();
      const sessions = new SessionCacheClient(backend.kv(), { onEvent });
      const expiresAt = new Date(Date.now() + HOUR);
      const { token, data } = session(unique('user'), expiresAt);
      const load = vi.fn(async () => data);
      // Who loaded gets what was loaded, the others what is stored.
      expect(await sessions.getOrLoad(token, load)).toBe(data);
      const stored = { ...data, session: { ...data.session, expiresAt: expiresAt.toISOString() } };
      expect(await sessions.getOrLoad(token, load)).toEqual(stored);
      expect(await sessions.get(token)).toEqual(stored);
      expect(load).toHaveBeenCalledTimes(1);
      expect(events.map(({ operation, hit }) => [operation, hit])).toEqual([
        ['getOrLoad', false],
        ['getOrLoad', true],
        ['get', true],
      ]);
    });

    it('getOrLoad caches neither null nor what has expired', async () => {
      const { kv, count } = counted(backend.kv());
      const sessions = new SessionCacheClient(kv);
      const expired = session('u', new Date(Date.now() - 1)).data;
      const token = unique();
      for (const found of [null, undefined, expired]) {
        expect(await sessions.getOrLoad(token, () => found as never)).toBeNull();
        expect(await sessions.getOrLoad(token, async () => found as never)).toBeNull();
      }
      expect(count.put).toBeUndefined();
    });

    it('getOrLoad lets only the loader fail the call', async () => {
      const { events, onEvent } = listening();
      const { token, data } = session();
      const failing = new SessionCacheClient(faulty(backend.kv(), down), { onEvent });
      expect(await failing.getOrLoad(token, () => data)).toBe(data);
      expect(events).toMatchObject([
        { note: 'kv_failed', code: 'kv_unavailable' },
        { note: 'not_cached', code: 'kv_unavailable' },
        { operation: 'getOrLoad', hit: false },
      ]);
      const hanging = new SessionCacheClient(faulty(backend.kv(), hang), { timeoutMs: 5 });
      expect(await hanging.getOrLoad(token, () => data)).toBe(data);
      const sessions = new SessionCacheClient(backend.kv());
      const error = new Error('the database is down');
      await expect(sessions.getOrLoad(token, () => Promise.reject(error))).rejects.toBe(error);
      const thrower = () => {
        throw error;
      };
      await expect(sessions.getOrLoad(token, thrower)).rejects.toBe(error);
      for (const value of [1, 'text', {}, { session: {}, user: {} }]) {
        expect(await code(sessions.getOrLoad(token, () => value as never))).toBe('invalid_session');
      }
      const load = vi.fn();
      expect(await code(sessions.getOrLoad('', load))).toBe('invalid_key');
      expect(await code(sessions.getOrLoad(7 as never, load))).toBe('invalid_key');
      expect(await code(sessions.getOrLoad(token, undefined as never))).toBe('invalid_value');
      expect(load).not.toHaveBeenCalled();
    });

    if (backend.full) userSessions(backend);
    else {
      it('says that a handle without list cannot find the sessions of a user, and writes no index', async () => {
        const { kv, count } = counted(backend.kv());
        const { token, data } = session();
        await new SessionCacheClient(kv).set(token, data);
        expect(count).toEqual({ put: 1 });
        expect(await code(new SessionCacheClient(kv).deleteUserSessions('u'))).toBe('unsupported');
      });
    }
  });
}

function userSessions(backend: Backend): void {
  it('deletes the sessions of one user and of no other, whatever is in the ids', async () => {
    for (const options of [{}, { hashTokens: true }]) {
      const sessions = new SessionCacheClient(backend.kv(), options);
      const base = unique('user');
      const users = [base, `${base}:b`, `${base}%3Ab`, `${base}/../x`, `${base} ü\u{1f600}`];
      const all = users.flatMap((user) => [session(user), session(user)]);
      for (const { token, data } of all) await sessions.set(token, data);
      for (const [i, user] of users.entries()) {
        expect(await sessions.deleteUserSessions(user)).toBe(2);
        expect(await sessions.deleteUserSessions(user)).toBe(0);
        const left = await Promise.all(all.map(({ token }) => sessions.get(token)));
        expect(left.filter(Boolean)).toHaveLength(2 * (users.length - 1 - i));
      }
    }
  });

  it('keeps the index as documented: hashed, expiring with the session, the key in its metadata', async () => {
    const kv = full(backend.kv());
    const { token, data } = session('a:b', new Date(Date.now() + HOUR));
    await new SessionCacheClient(kv).set(token, data);
    const hash = await sha256(token);
    const { keys } = await kv.list({ prefix: 'session-user:a%3Ab:' });
    const entry = keys.find(({ name }) => name.endsWith(hash));
    expect(entry).toMatchObject({
      name: `session-user:a%3Ab:${hash}`,
      metadata: { key: `session:${token}` },
    });
    expect(entry?.expiration).toBeGreaterThan(Date.now() / 1000 + 3_500);
  });

  it('writes the index before the session, so that a process that ends leaves none that cannot be found', async () => {
    const { token, data } = session();
    let puts = 0;
    const kv = faulty(full(backend.kv()), (operation) => {
      if (operation === 'put' && ++puts === 2) return down();
    });
    await new SessionCacheClient(kv).set(token, data).catch(() => {});
    expect(await new SessionCacheClient(backend.kv()).get(token)).toBeNull();
    expect(await new SessionCacheClient(backend.kv()).deleteUserSessions(data.user.id)).toBe(1);
  });

  it('with trackUsers: false writes no index and refuses to delete by user', async () => {
    const { kv, count } = counted(backend.kv());
    const sessions = new SessionCacheClient(kv, { trackUsers: false });
    const { token, data } = session();
    await sessions.set(token, data);
    expect(count).toEqual({ put: 1 });
    expect(await code(sessions.deleteUserSessions(data.user.id))).toBe('unsupported');
  });

  it('reports what KV did not delete, and finishes when called again', async () => {
    const user = unique('user');
    const kv = full(backend.kv());
    const tokens = Array.from({ length: 8 }, () => session(user));
    for (const { token, data } of tokens) await new SessionCacheClient(kv).set(token, data);
    let deletes = 0;
    const flaky = faulty(kv, (operation) => (operation === 'delete' && ++deletes > 7 ? down() : undefined));
    expect(await code(new SessionCacheClient(flaky).deleteUserSessions(user))).toBe('partial_failure');
    await new SessionCacheClient(kv).deleteUserSessions(user);
    for (const { token } of tokens) expect(await new SessionCacheClient(kv).get(token)).toBeNull();
    expect(await new SessionCacheClient(kv).deleteUserSessions(user)).toBe(0);
  });

  it('stops before the 1,000 operations of an invocation', async () => {
    const user = unique('user');
    const kv = full(backend.kv());
    const index = Array.from({ length: 600 }, (_, i) => `session-user:${user}:${i}`);
    for (let i = 0; i < index.length; i += 100) {
      await Promise.all(
        index
          .slice(i, i + 100)
          .map((name, j) =>
            kv.put(name, '', { expirationTtl: 600, metadata: { key: `session:${user}-${i + j}` } }),
          ),
      );
    }
    const { kv: handle, count } = counted(kv);
    const sessions = new SessionCacheClient(handle);
    expect(await code(sessions.deleteUserSessions(user))).toBe('partial_failure');
    expect((count.delete ?? 0) + (count.list ?? 0)).toBeLessThanOrEqual(1_000);
    expect(count.delete).toBeGreaterThan(990);
    await sessions.deleteUserSessions(user);
    expect((await kv.list({ prefix: `session-user:${user}:` })).keys).toEqual([]);
  });
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
