import { SessionCacheClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { type Backend, code, counted, down, faulty, hang, listening, unique } from '../../support/backend.js';
import { stopClock } from '../../support/time.js';
import { session } from './data.js';
import { sessionFreshnessSuite } from './freshness.js';
import { sessionLoadingSuite } from './loading.js';
import { tokenFormsSuite } from './token_forms.js';
import { userSessionsSuite } from './users.js';

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
      for (const key of ['', '\ud800', 7 as never, undefined as never]) {
        expect(await code(sessions.set(key, data))).toBe('invalid_key');
        expect(await code(sessions.get(key))).toBe('invalid_key');
        expect(await code(sessions.delete(key))).toBe('invalid_key');
      }
      for (const long of ['x'.repeat(505), '€'.repeat(169), 'x'.repeat(16_385)]) {
        expect(await code(sessions.set(long, data))).toBe('invalid_key');
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
      expect(await kv.get(`session-hash:${sha256}`, 'text')).toBe(JSON.stringify(data));
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

    sessionLoadingSuite(backend);
    sessionFreshnessSuite(backend);
    tokenFormsSuite(backend);
    if (backend.full) userSessionsSuite(backend);
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
