// Revocations when objects or KV fail, are slow or hang.
import { type KVHandle, SessionCacheClient } from '@codex/cloudflare-clients';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { code, faulty, listening, unique } from '../../support/backend.js';
import { failure, holding, intercepted } from '../../support/interception.js';
import { ended, moveTime } from '../../support/time.js';
import { namespace } from './objects.js';
import { BOUND, clock, isolate, kv, session, token, user } from './places.js';

describe('when objects or KV fail', () => {
  const down = (method?: string) =>
    intercepted(namespace, ({ method: called }) =>
      method === undefined || called === method ? Promise.reject(failure({})) : undefined,
    );

  it('a read is a miss and says why: nothing is served that may be revoked', async () => {
    const data = session();
    await isolate('paris').set(token, data);
    const hanging = intercepted(namespace, () => new Promise(() => {}));
    moveTime();
    for (const [objects, expected] of [
      [down(), 'object_unavailable'],
      [hanging, 'timeout'],
    ] as const) {
      const { events, onEvent } = listening();
      const limits = { timeoutMs: 100, slowMs: 10_000 };
      const options = { hashTokens: true, revocations: objects, onEvent, ...limits };
      const sessions = new SessionCacheClient(kv.at('paris') as KVHandle, options);
      expect(await ended(sessions.get(token), 100)).toBeNull();
      expect(events).toMatchObject([{ note: 'object_failed', code: expected }, { hit: false }]);
      events.length = 0;
      // The database answers, and nothing is cached.
      expect(
        await ended(
          sessions.getOrLoad(token, () => data),
          100,
        ),
      ).toEqual(data);
      expect(events).toMatchObject([
        { note: 'object_failed', code: expected },
        { note: 'not_cached', code: expected },
        { hit: false },
      ]);
      expect(await ended(code(sessions.set(token, data)), 100)).toBe(expected);
      expect(await ended(code(sessions.deleteUserSessions(user)), 100)).toBe(expected);
    }
  });

  it('a read goes on for as long as what is known holds', async () => {
    let broken = false;
    const objects = intercepted(namespace, () => (broken ? Promise.reject(failure({})) : undefined));
    const sessions = isolate('paris', { objects });
    await sessions.set(token, session());
    expect(await sessions.get(token)).not.toBeNull();
    broken = true;
    clock.pass(BOUND - 1);
    expect(await sessions.get(token)).not.toBeNull();
    clock.pass(1);
    expect(await sessions.get(token)).toBeNull();
  });

  it.each(['revokeToken', 'revokeTokenOfUser'])(
    'a delete whose %s failed says so, and has deleted in KV',
    async (method) => {
      await isolate('paris').set(token, session());
      clock.pass(1_000);
      expect(await code(isolate('paris', { objects: down(method) }).delete(token))).toBe(
        'object_unavailable',
      );
      expect((await kv.at('paris').list({ prefix: 'session-hash:' })).keys).toEqual([]);
      clock.pass(1_000);
      await isolate('paris').delete(token);
      expect(await isolate('paris').get(token)).toBeNull();
    },
  );

  it('a delete that KV refused has revoked, and says what KV said', async () => {
    const refusing = faulty(kv.at('paris'), (operation) =>
      operation === 'delete' ? Promise.reject(new Error('KV DELETE failed: 500')) : undefined,
    );
    const { events, onEvent } = listening();
    const options = { hashTokens: true, maxStalenessSeconds: 0, revocations: namespace, onEvent };
    const sessions = new SessionCacheClient(refusing, options);
    const other = unique('token');
    for (const one of [token, other]) await sessions.set(one, session());
    events.length = 0;
    await sessions.delete(token);
    expect(events).toMatchObject([{ note: 'kv_failed', code: 'kv_unavailable' }, { operation: 'delete' }]);
    expect(await sessions.get(token)).toBeNull();
    expect(await sessions.get(other)).not.toBeNull();
    events.length = 0;
    expect(await sessions.deleteUserSessions(user)).toBe(0);
    expect(events[0]).toMatchObject({ note: 'kv_failed', code: 'partial_failure' });
    expect(await sessions.get(other)).toBeNull();
  });

  it('a fill that a sign-out overtakes between its two calls is not served', async () => {
    const { objects, held, letGo } = holding(namespace, 'stampFill');
    const filling = isolate('paris', { objects });
    const setting = filling.set(token, session());
    await held;
    clock.pass(10);
    await isolate('tokyo').delete(token);
    letGo();
    await setting;
    clock.pass(1_000);
    expect(await isolate('paris').get(token)).toBeNull();
  });
});

describe('options', () => {
  it('refuse what makes no sense', () => {
    const make =
      (options: object, handle: KVHandle = kv) =>
      () =>
        new SessionCacheClient(handle, options);
    for (const revocations of [null, undefined, {}, 'SESSION_DO', kv]) {
      expect(make({ revocations })).toThrow(expect.objectContaining({ code: 'invalid_handle' }));
    }
    for (const maxStalenessSeconds of [-1, Number.NaN, '60', null]) {
      const options = { revocations: namespace, maxStalenessSeconds };
      expect(make(options)).toThrow(expect.objectContaining({ code: 'misconfigured' }));
    }
    const {
      get,
      put,
      delete: remove,
    } = { get: async () => null, put: async () => {}, delete: async () => {} };
    const bare = { get, put, delete: remove };
    expect(make({ revocations: namespace }, bare)).toThrow(expect.objectContaining({ code: 'unsupported' }));
    expect(make({}, bare)).not.toThrow();
  });

  it('say when their objects are slow, and not when KV or the loader is', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    onTestFinished(() => void warn.mockRestore());
    let objectMs = 250;
    const objects = intercepted(namespace, async ({ deliver }) => {
      clock.pass(objectMs);
      return deliver();
    });
    const load = async () => {
      clock.pass(1_000);
      return session();
    };
    const options = { hashTokens: true, revocations: objects, maxStalenessSeconds: 0 };
    const { events, onEvent } = listening();
    const slow = () => events.splice(0).filter(({ note }) => note === 'slow').length;
    const heard = new SessionCacheClient(kv.at('paris'), { ...options, onEvent });
    await heard.getOrLoad(token, load);
    expect(slow()).toBe(1);
    await heard.get(token);
    expect(slow()).toBe(1);
    objectMs = 20;
    await heard.getOrLoad(unique('token'), load);
    await heard.delete(token);
    expect(slow()).toBe(0);
    await new SessionCacheClient(kv.at('paris'), { ...options, onEvent, slowMs: 15 }).deleteUserSessions(
      user,
    );
    expect(slow()).toBe(1);

    const unheard = new SessionCacheClient(kv.at('paris'), options);
    await unheard.getOrLoad(unique('token'), load);
    expect(warn).not.toHaveBeenCalled();
    objectMs = 250;
    await unheard.deleteUserSessions(user);
    expect(warn.mock.calls).toEqual([['Session DO latency 250ms for op=deleteUserSessions']]);
    expect(() => new SessionCacheClient(kv.at('paris'), { ...options, slowMs: 0 })).toThrow(/slowMs/);
  });

  it('say so too when an object hangs', async () => {
    moveTime();
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    onTestFinished(() => void warn.mockRestore());
    const options = { revocations: intercepted(namespace, () => new Promise(() => {})), timeoutMs: 100 };
    const sessions = new SessionCacheClient(kv.at('paris') as KVHandle, { ...options, slowMs: 50 });
    expect(await ended(code(sessions.deleteUserSessions(user)), 100)).toBe('timeout');
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^Session DO latency 100ms for op=/)]]);
  });

  it('take an entry that was cached without revocations for a miss', async () => {
    await new SessionCacheClient(kv.at('paris'), { hashTokens: true }).set(token, session());
    const sessions = isolate('paris');
    expect(await sessions.get(token)).toBeNull();
    expect(sessions.events[0]).toMatchObject({ note: 'revoked' });
    clock.pass(1_000);
    expect(await sessions.getOrLoad(token, () => session())).not.toBeNull();
    expect(await sessions.get(token)).not.toBeNull();
  });

  it('let deleteUserSessions do without an index', async () => {
    const options = { hashTokens: true, trackUsers: false, maxStalenessSeconds: 0 };
    const sessions = new SessionCacheClient(kv.at('paris'), { ...options, revocations: namespace });
    await sessions.set(token, session());
    expect((await kv.at('paris').list({})).keys).toHaveLength(1);
    clock.pass(1_000);
    expect(await sessions.deleteUserSessions(user)).toBe(0);
    expect(await sessions.get(token)).toBeNull();
  });
});
