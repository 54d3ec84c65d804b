// What SessionCacheClient promises with `revocations`, on KV as createStrictKv has it (60 s to travel, 60 s for
// which a read is kept) and on the real objects.
import {
  type KVHandle,
  type ObjectHandle,
  SessionCacheClient,
  SessionStoreClient,
} from '@codex/cloudflare-clients';
import { createStrictKv, type StrictKv } from '@codex/cloudflare-clients/testing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { code, faulty, listening, unique } from '../../support/backend.js';
import { countedObjects, holding, intercepted, objectError } from '../../support/interception.js';
import { DAY, namespace, ring, stored } from './objects.js';

// Some of these make hundreds of calls, on a machine that may have other work.
vi.setConfig({ testTimeout: 60_000 });

const BOUND = 60_000;
const HOUR = 3_600_000;

let kv: StrictKv;
let user: string;
let token: string;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  kv = createStrictKv();
  user = unique('user');
  token = unique('token');
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const forward = () => undefined;

/** An isolate at a place: what it knows is its own, since its handle is. */
function isolate(place: string, options: { maxStalenessSeconds?: number; objects?: ObjectHandle } = {}) {
  const { objects = namespace, ...more } = options;
  const { events, onEvent } = listening();
  const revocations = intercepted(objects, forward);
  const client = new SessionCacheClient(kv.at(place), { hashTokens: true, revocations, onEvent, ...more });
  return Object.assign(client, { events });
}

function session(userId = user, lifeMs = DAY, name = 'Ada') {
  const expiresAt = new Date(Date.now() + lifeMs).toISOString();
  return { session: { id: 's', userId, token, expiresAt }, user: { id: userId, name } };
}

/** A database whose first answer comes when the test says so, and which has no session afterwards. */
function slowDatabase() {
  let read: (data: object) => void = forward;
  let begin: () => void = forward;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const first = new Promise<never>((resolve) => {
    read = resolve as never;
  });
  const load = vi.fn(() => null as ReturnType<typeof session> | null | Promise<never>);
  load.mockImplementationOnce(() => {
    begin();
    return first;
  });
  return { load, begun, read: (data: object) => read(data) };
}

const WAYS: Record<string, (place: string) => Promise<unknown>> = {
  delete: (place) => isolate(place).delete(token),
  deleteUserSessions: (place) => isolate(place).deleteUserSessions(user),
  'SessionStoreClient.revokeAll': () =>
    new SessionStoreClient(namespace, { onEvent: forward }).revokeAll(user),
};

describe.each(Object.entries(WAYS))('after %s', (_name, signOut) => {
  it('no place serves the session after the bound, whatever KV shows', async () => {
    const [paris, tokyo, oslo] = ['paris', 'tokyo', 'oslo'].map((place) => isolate(place)) as [
      ReturnType<typeof isolate>,
      ReturnType<typeof isolate>,
      ReturnType<typeof isolate>,
    ];
    await paris.set(token, session());
    pass(BOUND);
    // Tokyo has asked just before the sign-out; Oslo asks afterwards for the first time.
    expect(await tokyo.get(token)).not.toBeNull();
    expect(await paris.get(token)).not.toBeNull();
    await signOut('paris');
    pass(1);
    expect(await oslo.get(token)).toBeNull();
    pass(BOUND - 2);
    const kept = await kv.at('tokyo').list({ prefix: 'session:' });
    expect(kept.keys).toHaveLength(1);
    expect(await tokyo.get(token)).not.toBeNull();
    pass(1);
    expect(await tokyo.get(token)).toBeNull();
    expect(await paris.get(token)).toBeNull();
    for (let i = 0; i < 20; i++) {
      pass(20_000);
      for (const place of [paris, tokyo, oslo]) expect(await place.get(token)).toBeNull();
    }
  });

  it('a read that asks every time serves it nowhere', async () => {
    const tokyo = isolate('tokyo', { maxStalenessSeconds: 0 });
    await isolate('paris').set(token, session());
    pass(BOUND);
    expect(await tokyo.get(token)).not.toBeNull();
    await signOut('paris');
    expect(await tokyo.get(token)).toBeNull();
    expect(tokyo.events.filter(({ note }) => note)).toEqual([expect.objectContaining({ note: 'revoked' })]);
  });

  it('a fill whose data was read before is not served, whoever fills and whenever it lands', async () => {
    for (const place of ['paris', 'tokyo']) {
      const filling = isolate(place);
      const { load, begun, read } = slowDatabase();
      const answer = filling.getOrLoad(token, load);
      await begun;
      const data = session();
      pass(1_500);
      await signOut('paris');
      pass(1_500);
      read(data);
      // The database is asked again, and knows of no session.
      expect(await answer).toBeNull();
      expect(load).toHaveBeenCalledTimes(2);
      expect(filling.events).toMatchObject([{ note: 'revoked' }, { operation: 'getOrLoad', hit: false }]);
      pass(1_500);
      await filling.set(token, data, { asOf: Date.now() - 3_500 });
      await filling.set(token, data, { asOf: new Date(Date.now() - 3_500) });
      for (const reader of [filling, isolate('paris'), isolate('tokyo')]) {
        expect(await reader.get(token)).toBeNull();
        pass(BOUND);
        expect(await reader.get(token)).toBeNull();
      }
    }
  });

  it('a fill whose write to KV comes late is not served', async () => {
    const kvLate = kv.at('tokyo');
    let land: () => void = () => {};
    const reached = new Promise<void>((reach) => {
      const slow = faulty(kvLate, (operation, args) => {
        if (operation !== 'put' || String(args[0]).startsWith('session-user:')) return undefined;
        reach();
        return new Promise<void>((resolve) => (land = resolve)).then(() =>
          kvLate.put(...(args as [string, string, object])),
        );
      });
      const client = new SessionCacheClient(slow, {
        hashTokens: true,
        revocations: intercepted(namespace, forward),
      });
      void client.set(token, session());
    });
    await reached;
    pass(1_000);
    await signOut('paris');
    pass(1_000);
    land();
    await vi.waitFor(async () =>
      expect((await kv.at('tokyo').list({ prefix: 'session:' })).keys).toHaveLength(1),
    );
    for (const reader of [isolate('tokyo'), isolate('paris')]) {
      expect(await reader.get(token)).toBeNull();
      pass(BOUND);
      expect(await reader.get(token)).toBeNull();
    }
  });

  it('a new sign-in is cached and served at once where it was signed out', async () => {
    const paris = isolate('paris');
    await paris.set(token, session());
    pass(1_000);
    await (_name === 'delete' ? paris.delete(token) : paris.deleteUserSessions(user));
    const fresh = unique('token');
    await paris.set(fresh, session());
    expect(await paris.get(fresh)).not.toBeNull();
    pass(1_000);
    // The same token too: an invalidation is a delete and a load.
    await paris.set(token, session(user, DAY, 'Ada King'));
    expect(await paris.get(token)).toMatchObject({ user: { name: 'Ada King' } });
    pass(200);
    const another = unique('token');
    await isolate('tokyo').set(another, session());
    expect(await isolate('tokyo').get(another)).not.toBeNull();
  });

  it('other users are served', async () => {
    const other = unique('user');
    const tokyo = isolate('tokyo', { maxStalenessSeconds: 0 });
    const theirs = unique('token');
    await tokyo.set(theirs, session(other));
    await tokyo.set(token, session());
    pass(1_000);
    await signOut('paris');
    expect(await tokyo.get(token)).toBeNull();
    expect(await tokyo.get(theirs)).not.toBeNull();
  });
});

describe('what it costs', () => {
  it('asks once in the bound for each user, and fills with two calls', async () => {
    const { handle, count } = countedObjects(namespace);
    const sessions = isolate('paris', { objects: handle });
    await sessions.getOrLoad(token, () => session());
    expect(count).toEqual({ fillToken: 1, stampFill: 1 });
    for (let i = 0; i < 10; i++) {
      expect(await sessions.get(token)).not.toBeNull();
      pass(BOUND / 10);
    }
    expect(count.readRevocations).toBe(1);
    expect(await sessions.get(token)).not.toBeNull();
    expect(count).toEqual({ fillToken: 1, stampFill: 1, readRevocations: 2 });
    await sessions.delete(token);
    expect(count).toEqual({
      fillToken: 1,
      stampFill: 1,
      readRevocations: 2,
      revokeToken: 1,
      revokeTokenOfUser: 1,
    });
    await sessions.deleteUserSessions(user);
    expect(count.revokeUser).toBe(1);
  });

  it('reads KV once for a get, and writes nothing that it did not write before, with or without', async () => {
    const at = kv.at('paris');
    const sessions = new SessionCacheClient(at, { revocations: intercepted(namespace, forward) });
    await sessions.set(token, session());
    expect(at.operations).toMatchObject({ writes: 2, reads: 0 });
    await sessions.get(token);
    await sessions.get(token);
    expect(at.operations).toMatchObject({ writes: 2, reads: 2 });
  });

  it('caches for 30 days at most, and leaves objects empty when nothing can be cached any more', async () => {
    const sessions = isolate('paris');
    const started = Date.now();
    await sessions.set(token, session(user, 400 * DAY));
    const { keys } = await kv.at('paris').list({ prefix: 'session:' });
    expect(keys[0]?.expiration).toBeLessThanOrEqual((started + 30 * DAY) / 1_000 + 1);
    await sessions.delete(token);
    await sessions.deleteUserSessions(user);
    const hash = keys[0]?.name.slice('session:'.length) as string;
    const names = [`customer:${user}`, `token:${hash}`];
    for (const name of names) expect((await stored(name)).rows).toBeGreaterThan(0);
    pass(30 * DAY);
    for (const name of names) await ring(name);
    expect((await stored(names[0] as string)).rows).toBeGreaterThan(0);
    pass(DAY);
    for (const name of names) {
      await ring(name);
      expect(await stored(name)).toEqual({ tables: [], alarm: null, rows: 0 });
    }
  });

  it('forgets nothing by reading: an object that was never written stays so', async () => {
    await isolate('paris').set(token, session());
    const other = unique('user');
    await kv.at('paris').put('session:x', JSON.stringify(session(other)), { metadata: { asOf: Date.now() } });
    const plain = new SessionCacheClient(kv.at('paris'), { revocations: intercepted(namespace, forward) });
    expect(await plain.get('x')).not.toBeNull();
    expect(await stored(`customer:${other}`)).toEqual({ tables: [], alarm: null, rows: 0 });
  });
});

describe('clocks', () => {
  // What an object does, it does on a clock of its own.
  const skewed = (ms: () => number) =>
    intercepted(namespace, async (_name, _method, deliver) => {
      const now = Date.now();
      vi.setSystemTime(now + ms());
      return deliver().finally(() => vi.setSystemTime(now));
    });

  it.each([-HOUR, -1_000, 1_000, HOUR])('of Workers may differ by %d ms', async (skew) => {
    // Paris runs on a clock of its own; the objects, Tokyo and KV do not.
    const objects = skewed(() => -skew);
    const paris = isolate('paris', { objects });
    const inParis = async <T>(job: () => Promise<T>) => {
      pass(skew);
      return job().finally(() => pass(-skew));
    };
    const tokyo = isolate('tokyo', { maxStalenessSeconds: 0 });
    const data = session(user, 9 * DAY);
    const readAt = Date.now() + skew;
    const { load, begun, read } = slowDatabase();
    let answer: Promise<unknown> | undefined;
    await inParis(async () => {
      answer = paris.getOrLoad(token, load);
      await begun;
    });
    pass(500);
    await tokyo.set(unique('token'), data);
    await tokyo.deleteUserSessions(user);
    pass(500);
    await inParis(async () => {
      read(data);
      expect(await answer).toBeNull();
      await paris.set(token, data, { asOf: readAt });
    });
    expect(paris.events.filter(({ note }) => note === 'not_cached')).toHaveLength(1);
    expect(await tokyo.get(token)).toBeNull();
    pass(1_000);
    const fresh = unique('token');
    await inParis(() => paris.set(fresh, data));
    expect(await isolate('paris').get(fresh)).not.toBeNull();
    expect(await inParis(() => paris.get(fresh))).not.toBeNull();
  });

  it('of an object may be set forward while a database is read', async () => {
    let skew = 0;
    const objects = skewed(() => skew);
    const sessions = isolate('paris', { objects });
    const { load, begun, read } = slowDatabase();
    const answer = sessions.getOrLoad(token, load);
    await begun;
    await isolate('tokyo', { objects }).deleteUserSessions(user);
    skew = HOUR;
    read(session());
    expect(await answer).toBeNull();
    expect(await isolate('tokyo', { objects }).get(token)).toBeNull();
  });

  it('of an object may be set back, by an hour or more, between a fill and a revocation', async () => {
    let skew = HOUR;
    const objects = skewed(() => skew);
    const sessions = isolate('paris', { objects, maxStalenessSeconds: 0 });
    await sessions.set(token, session());
    pass(1_000);
    skew = 0;
    expect(await sessions.get(token)).not.toBeNull();
    await isolate('tokyo', { objects }).deleteUserSessions(user);
    expect(await sessions.get(token)).toBeNull();
    const again = unique('token');
    await sessions.set(again, session());
    await isolate('tokyo', { objects }).delete(again);
    expect(await sessions.get(again)).toBeNull();
  });

  it('of an isolate may be set back without making a check last longer', async () => {
    const tokyo = isolate('tokyo');
    await tokyo.set(token, session(user, 9 * DAY));
    expect(await tokyo.get(token)).not.toBeNull();
    await isolate('paris').deleteUserSessions(user);
    pass(-HOUR);
    expect(await tokyo.get(token)).toBeNull();
  });
});

describe('fills that are refused', () => {
  it('are those that were read more than an hour ago', async () => {
    const sessions = isolate('paris');
    const data = session();
    await sessions.set(token, data, { asOf: Date.now() - HOUR - 1 });
    expect(await sessions.get(token)).toBeNull();
    await sessions.set(token, data, { asOf: Date.now() - HOUR });
    expect(await sessions.get(token)).toEqual(data);
  });

  it('are those of a session without a user, which nobody could revoke', async () => {
    const sessions = isolate('paris');
    const { session: one } = session();
    const data = { session: { expiresAt: one.expiresAt }, user: {} };
    expect(await sessions.getOrLoad(token, () => data)).toEqual(data);
    expect(sessions.events).toMatchObject([{ note: 'not_tracked' }, { operation: 'getOrLoad', hit: false }]);
    expect((await kv.at('paris').list({})).keys).toEqual([]);
  });

  it('are not those that claim to be from the future', async () => {
    const sessions = isolate('paris');
    await sessions.set(token, session(), { asOf: Date.now() + HOUR });
    pass(1_000);
    await isolate('paris').deleteUserSessions(user);
    expect(await isolate('paris').get(token)).toBeNull();
  });

  it('refuses an asOf that is no moment', async () => {
    for (const asOf of ['2026-01-01', Number.NaN, new Date(Number.NaN), null, {}]) {
      expect(await code(isolate('paris').set(token, session(), { asOf: asOf as number }))).toBe(
        'invalid_value',
      );
    }
  });
});

describe('sign-outs of single tokens', () => {
  it('leave the other sessions of the user, until they are many', async () => {
    const sessions = isolate('paris', { maxStalenessSeconds: 0 });
    await sessions.set(token, session());
    for (let i = 0; i < 64; i++) {
      const other = unique(`t${i}`);
      await sessions.set(other, session());
      pass(1_000);
      await sessions.delete(other);
      expect(await sessions.get(other)).toBeNull();
    }
    expect(await sessions.get(token)).not.toBeNull();
    // One more, and what was cached for the user is given up as a whole: it is loaded again.
    const other = unique('t');
    await sessions.set(other, session());
    pass(1_000);
    await sessions.delete(other);
    expect(await sessions.get(token)).toBeNull();
    expect(await sessions.get(other)).toBeNull();
    pass(1_000);
    await sessions.getOrLoad(token, () => session());
    expect(await sessions.get(token)).not.toBeNull();
    expect((await stored(`customer:${user}`)).rows).toBeLessThan(10);
  });

  it('reach every user for whom the token was cached', async () => {
    const other = unique('user');
    const [paris, tokyo] = [
      isolate('paris', { maxStalenessSeconds: 0 }),
      isolate('tokyo', { maxStalenessSeconds: 0 }),
    ];
    await paris.set(token, session());
    pass(BOUND);
    expect(await tokyo.get(token)).not.toBeNull();
    await paris.set(token, session(other));
    pass(1_000);
    expect(await tokyo.get(token)).toMatchObject({ user: { id: user } });
    await isolate('oslo').delete(token);
    expect(await tokyo.get(token)).toBeNull();
    expect(await paris.get(token)).toBeNull();
  });
});

describe('when objects or KV fail', () => {
  const down = (method?: string) =>
    intercepted(namespace, (_name, called) =>
      method === undefined || called === method ? Promise.reject(objectError({})) : undefined,
    );

  it('a read is a miss and says why: nothing is served that may be revoked', async () => {
    const data = session();
    await isolate('paris').set(token, data);
    const hanging = intercepted(namespace, () => new Promise(() => {}));
    vi.useRealTimers();
    for (const [objects, expected] of [
      [down(), 'object_unavailable'],
      [hanging, 'timeout'],
    ] as const) {
      const { events, onEvent } = listening();
      const limits = { timeoutMs: 100, slowMs: 10_000 };
      const options = { hashTokens: true, revocations: objects, onEvent, ...limits };
      const sessions = new SessionCacheClient(kv.at('paris') as KVHandle, options);
      expect(await sessions.get(token)).toBeNull();
      expect(events).toMatchObject([{ note: 'object_failed', code: expected }, { hit: false }]);
      events.length = 0;
      // The database answers, and nothing is cached.
      expect(await sessions.getOrLoad(token, () => data)).toEqual(data);
      expect(events).toMatchObject([
        { note: 'object_failed', code: expected },
        { note: 'not_cached', code: expected },
        { hit: false },
      ]);
      expect(await code(sessions.set(token, data))).toBe(expected);
      expect(await code(sessions.deleteUserSessions(user))).toBe(expected);
    }
  });

  it('a read goes on for as long as what is known holds', async () => {
    let broken = false;
    const objects = intercepted(namespace, () => (broken ? Promise.reject(objectError({})) : undefined));
    const sessions = isolate('paris', { objects });
    await sessions.set(token, session());
    expect(await sessions.get(token)).not.toBeNull();
    broken = true;
    pass(BOUND - 1);
    expect(await sessions.get(token)).not.toBeNull();
    pass(1);
    expect(await sessions.get(token)).toBeNull();
  });

  it.each(['revokeToken', 'revokeTokenOfUser'])(
    'a delete whose %s failed says so, and has deleted in KV',
    async (method) => {
      await isolate('paris').set(token, session());
      pass(1_000);
      expect(await code(isolate('paris', { objects: down(method) }).delete(token))).toBe(
        'object_unavailable',
      );
      expect((await kv.at('paris').list({ prefix: 'session:' })).keys).toEqual([]);
      pass(1_000);
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
    const { handle, held, letGo } = holding(namespace, 'stampFill');
    const filling = isolate('paris', { objects: handle });
    const setting = filling.set(token, session());
    await held;
    pass(10);
    await isolate('tokyo').delete(token);
    letGo();
    await setting;
    pass(1_000);
    expect(await isolate('paris').get(token)).toBeNull();
  });
});

describe('options', () => {
  it('refuse what makes no sense', () => {
    const make =
      (options: object, handle: KVHandle = kv) =>
      () =>
        new SessionCacheClient(handle, options);
    for (const revocations of [null, {}, 'SESSION_DO', kv]) {
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
    expect(make({ revocations: undefined }, bare)).not.toThrow();
  });

  it('say when their objects are slow, and not when KV or the loader is', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    onTestFinished(() => void warn.mockRestore());
    let objectMs = 250;
    const objects = intercepted(namespace, async (_name, _method, deliver) => {
      pass(objectMs);
      return deliver();
    });
    const load = async () => {
      pass(1_000);
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
    vi.useRealTimers();
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    onTestFinished(() => void warn.mockRestore());
    const options = { revocations: intercepted(namespace, () => new Promise(() => {})), timeoutMs: 100 };
    const sessions = new SessionCacheClient(kv.at('paris') as KVHandle, { ...options, slowMs: 50 });
    expect(await code(sessions.deleteUserSessions(user))).toBe('timeout');
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^Session DO latency \d+ms for op=/)]]);
  });

  it('take an entry that was cached without revocations for a miss', async () => {
    await new SessionCacheClient(kv.at('paris'), { hashTokens: true }).set(token, session());
    const sessions = isolate('paris');
    expect(await sessions.get(token)).toBeNull();
    expect(sessions.events[0]).toMatchObject({ note: 'revoked' });
    pass(1_000);
    expect(await sessions.getOrLoad(token, () => session())).not.toBeNull();
    expect(await sessions.get(token)).not.toBeNull();
  });

  it('let deleteUserSessions do without an index', async () => {
    const options = { hashTokens: true, trackUsers: false, maxStalenessSeconds: 0 };
    const sessions = new SessionCacheClient(kv.at('paris'), { ...options, revocations: namespace });
    await sessions.set(token, session());
    expect((await kv.at('paris').list({})).keys).toHaveLength(1);
    pass(1_000);
    expect(await sessions.deleteUserSessions(user)).toBe(0);
    expect(await sessions.get(token)).toBeNull();
  });
});
