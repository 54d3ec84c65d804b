import { SessionCacheClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { type Backend, code, counted, down, faulty, full, unique } from '../../support/backend.js';
import { HOUR, session, sha256 } from './data.js';

export function userSessionsSuite(backend: Backend): void {
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
