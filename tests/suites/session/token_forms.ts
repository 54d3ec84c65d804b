import { SessionCacheClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { type Backend, full, unique } from '../../support/backend.js';
import { session, sha256 } from './data.js';

/** A session may stand under its plain token, under its hash, and under its hash as version 0.1 had it. */
export function tokenFormsSuite(backend: Backend): void {
  it('a hash that a listing shows is nobody’s token, in either direction', async () => {
    const kv = backend.kv();
    const [plain, hashed] = [new SessionCacheClient(kv), new SessionCacheClient(kv, { hashTokens: true })];
    const { token, data } = session();
    const hash = await sha256(token);
    await hashed.set(token, data);
    for (const listed of [hash, `hash:${hash}`, `-hash:${hash}`, `session-hash:${hash}`]) {
      expect(await plain.get(listed)).toBeNull();
      expect(await hashed.get(listed)).toBeNull();
    }
    expect(await plain.get(token)).toBeNull();
    const other = session();
    await plain.set(other.token, other.data);
    expect(await hashed.get(other.token)).toBeNull();
    expect(await hashed.get(await sha256(other.token))).toBeNull();
  });

  /** One session in all forms; that of version 0.1 has an index entry of the plain one's name. */
  async function everywhere(userId: string) {
    const kv = backend.kv();
    const { token, data } = session(userId);
    const hash = await sha256(token);
    const text = JSON.stringify(data);
    await kv.put(`session:${hash}`, text, { expirationTtl: 600 });
    await new SessionCacheClient(kv).set(token, data);
    await new SessionCacheClient(kv, { hashTokens: true }).set(token, data);
    const keys = [`session:${token}`, `session:${hash}`, `session-hash:${hash}`];
    for (const key of keys) expect(await kv.get(key, 'text')).toBe(text);
    return { kv, token, keys };
  }

  it.each([false, true])('delete ends all forms (hashTokens: %s)', async (hashTokens) => {
    const { kv, token, keys } = await everywhere(unique('user'));
    // KV takes one write a second to a key, and the double holds us to it.
    const handle = slowly(kv);
    await new SessionCacheClient(handle, { hashTokens }).delete(token);
    expect(handle.deleted.sort()).toEqual(keys.sort());
  });

  it.each([false, true])('deleteUserSessions ends all forms (hashTokens: %s)', async (hashTokens) => {
    if (!backend.full) return;
    const user = unique('user');
    const { kv, keys } = await everywhere(user);
    const handle = slowly(kv);
    await new SessionCacheClient(handle, { hashTokens }).deleteUserSessions(user);
    for (const key of keys) expect(handle.deleted).toContain(key);
    expect(new Set(handle.deleted).size).toBe(handle.deleted.length);
  });

  it('deleteUserSessions ends what the index of version 0.1 no longer names', async () => {
    if (!backend.full) return;
    const kv = full(backend.kv());
    const { token, data } = session();
    const hash = await sha256(token);
    await kv.put(`session:${hash}`, JSON.stringify(data), { expirationTtl: 600 });
    // The entry of the same name is a plain client's by now.
    await new SessionCacheClient(kv).set(token, data);
    const handle = slowly(kv);
    expect(await new SessionCacheClient(handle).deleteUserSessions(data.user.id)).toBe(1);
    expect(handle.deleted).toContain(`session:${hash}`);
    expect(handle.deleted).toContain(`session:${token}`);
  });
}

/** A handle that takes note of deletions instead of making them. */
function slowly<T extends object>(kv: T): T & { deleted: string[] } {
  const deleted: string[] = [];
  return new Proxy(kv, {
    get(target, name) {
      if (name === 'deleted') return deleted;
      if (name === 'delete') return async (key: string) => void deleted.push(key);
      const method = Reflect.get(target, name);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  }) as T & { deleted: string[] };
}
