import { SessionCacheClient } from '@codex/cloudflare-clients';
import { expect, it, vi } from 'vitest';
import { type Backend, code, counted, down, faulty, hang, listening, unique } from '../../support/backend.js';
import { HOUR, session } from './data.js';

export function sessionLoadingSuite(backend: Backend): void {
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
    await vi.waitFor(() => expect(events).toHaveLength(3));
    const failed = (note: string) => expect.objectContaining({ note, code: 'kv_unavailable' });
    expect(events).toEqual(expect.arrayContaining([failed('kv_failed'), failed('not_cached')]));
    expect(events).toContainEqual(expect.objectContaining({ operation: 'getOrLoad', hit: false }));
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
}
