import { evictDurableObject } from 'cloudflare:test';
import { SessionStoreClient } from '@codex/cloudflare-clients';
import { describe, expect, it, vi } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { countedObjects } from '../../support/interception.js';
import { nothing } from '../../support/stored.js';
import { stopClock } from '../../support/time.js';
import { DAY, namespace, record, ring, stored, stub, WEEK } from './objects.js';

// Some of these make hundreds of calls, on a machine that may have other work.
vi.setConfig({ testTimeout: 60_000 });

// A listener, so that slow calls on a busy machine are not printed.
const onEvent = () => {};
const store = new SessionStoreClient(namespace, { onEvent });

describe('SessionStoreClient', () => {
  it('keeps a record until it is deleted, for everybody and in one call', async () => {
    const { objects, count } = countedObjects(namespace);
    const session = record(unique(), unique(), { userAgent: 'Ünïcödé 🦊' });
    expect(await store.get(session.sessionId)).toBeNull();
    await store.set(session);
    const elsewhere = new SessionStoreClient(objects);
    const found = await elsewhere.get(session.sessionId);
    expect(found).toEqual(session);
    expect(found?.createdAt).toBeInstanceOf(Date);
    expect(count).toEqual({ readSession: 1 });
    await elsewhere.delete(session.sessionId);
    expect(await store.get(session.sessionId)).toBeNull();
    expect(await store.list(session.customerId)).toEqual([]);
    await store.delete(session.sessionId);
  });

  it('takes the moment of creation as JSON has it, and returns a Date', async () => {
    const session = record(unique(), unique());
    await store.set({ ...session, createdAt: session.createdAt.toISOString() });
    expect(await store.get(session.sessionId)).toEqual(session);
    for (const createdAt of [
      '',
      'yesterday',
      '2026-11-28',
      '2026-11-28T10:00:00',
      '2026-13-01T00:00:00Z',
      7,
      null,
    ]) {
      expect(await code(store.set({ ...session, createdAt: createdAt as string }))).toBe('invalid_session');
    }
  });

  it('keeps what it was given, not what became of it', async () => {
    const session = { ...record(unique(), unique()), more: 'than is kept' };
    const { more, ...kept } = session;
    const setting = store.set(session);
    session.userAgent = more;
    session.createdAt.setTime(0);
    await setting;
    expect(await store.get(session.sessionId)).toEqual({ ...kept, createdAt: record('', '').createdAt });
  });

  it('lists the live sessions of a customer, the first that was set first', async () => {
    const customer = unique();
    const sessions = ['a', 'b', 'c', 'd'].map((id) => record(unique(id), customer));
    for (const session of sessions) await store.set(session);
    expect(await store.list(customer)).toEqual(sessions);
    await store.delete(sessions[1]?.sessionId as string);
    await store.set(sessions[0] as never);
    expect(await store.list(customer)).toEqual([sessions[2], sessions[3], sessions[0]]);
    expect(await store.list(unique())).toEqual([]);
  });

  it('tells customers and sessions apart, whatever characters their ids have', async () => {
    const tail = unique();
    const ids = [
      'a',
      'a:b',
      'a:',
      ':',
      'customer:',
      'session:a',
      '__proto__',
      '🦊',
      "'; --",
      ' ',
      '%61',
      'A',
      'é',
      'e\u0301',
    ];
    const sessions = ids.map((id, i) => record(`${id}${tail}`, `${ids[(i + 1) % ids.length]}${tail}`));
    for (const session of sessions) await store.set(session);
    for (const session of sessions) {
      expect(await store.get(session.sessionId)).toEqual(session);
      expect(await store.list(session.customerId)).toEqual([session]);
    }
    expect(await store.revokeAll(`a${tail}`)).toBe(1);
    const left = sessions.filter(({ customerId }) => customerId !== `a${tail}`);
    for (const session of left) expect(await store.get(session.sessionId)).toEqual(session);
  });

  it('moves a session that is set under another customer', async () => {
    const [id, one, two] = [unique('s'), unique('c'), unique('c')];
    await store.set(record(id, one));
    await store.set(record(id, two));
    expect(await store.list(one)).toEqual([]);
    expect(await store.list(two)).toEqual([record(id, two)]);
    expect(await store.revokeAll(one)).toBe(0);
    expect(await store.get(id)).toEqual(record(id, two));
    // Back at once, although its old entry is fenced.
    await store.set(record(id, one));
    expect(await store.list(one)).toEqual([record(id, one)]);
    expect(await store.revokeAll(two)).toBe(0);
    expect(await store.revokeAll(one)).toBe(1);
  });

  it('revokes all sessions of a customer and no other, and says how many', async () => {
    const [customer, other] = [unique('c'), unique('c')];
    const ids = Array.from({ length: 120 }, () => unique('s'));
    await Promise.all(ids.map((id) => store.set(record(id, customer))));
    await store.set(record(unique(), other));
    expect(await store.revokeAll(customer)).toBe(120);
    for (const id of ids) expect(await store.get(id)).toBeNull();
    expect(await store.list(customer)).toEqual([]);
    expect(await store.list(other)).toHaveLength(1);
    expect(await store.revokeAll(customer)).toBe(0);
    // A sign-in afterwards is a new session.
    await store.set(record(ids[0] as string, customer));
    expect(await store.list(customer)).toHaveLength(1);
  });

  it('ends a session when its TTL has passed, which reading does not renew', async () => {
    const clock = stopClock();
    const [id, customer] = [unique('s'), unique('c')];
    await store.set(record(id, customer));
    await new SessionStoreClient(namespace, { ttlSeconds: 60 }).set(record(`${id}2`, customer));
    clock.pass(59_999);
    expect(await store.list(customer)).toHaveLength(2);
    clock.pass(1);
    expect(await store.get(`${id}2`)).toBeNull();
    expect(await store.list(customer)).toEqual([record(id, customer)]);
    clock.pass(WEEK - 60_001);
    expect(await store.get(id)).not.toBeNull();
    clock.pass(1);
    expect(await store.get(id)).toBeNull();
    expect(await store.revokeAll(customer)).toBe(0);
  });

  it('leaves nothing in an object whose time is over, and nothing by reading', async () => {
    const clock = stopClock();
    const [id, customer] = [unique('s'), unique('c')];
    await store.get(id);
    await store.list(customer);
    await store.delete(id);
    for (const name of [`session:${id}`, `customer:${customer}`]) expect(await stored(name)).toEqual(nothing);
    const end = Date.now() + WEEK;
    await store.set(record(id, customer));
    expect((await stored(`session:${id}`)).alarm).toBe(end);
    // An alarm that rings early deletes nothing, and is set again.
    await ring(`session:${id}`);
    expect(await store.get(id)).toEqual(record(id, customer));
    clock.pass(WEEK);
    await ring(`session:${id}`);
    expect(await stored(`session:${id}`)).toEqual(nothing);
    clock.pass(60_000);
    await ring(`customer:${customer}`);
    expect(await stored(`customer:${customer}`)).toEqual(nothing);
    // What was deleted or revoked goes a minute later.
    await store.set(record(id, customer));
    await store.delete(id);
    await store.set(record(`${id}2`, customer));
    await store.revokeAll(customer);
    clock.pass(60_000);
    for (const name of [`session:${id}`, `session:${id}2`]) {
      await ring(name);
      expect(await stored(name)).toEqual(nothing);
    }
    clock.pass(31 * DAY);
    await ring(`customer:${customer}`);
    expect(await stored(`customer:${customer}`)).toEqual(nothing);
  });

  it('finds everything again after its objects were evicted', async () => {
    const [id, customer] = [unique('s'), unique('c')];
    const [own, index] = [stub(`session:${id}`), stub(`customer:${customer}`)];
    await store.set(record(id, customer));
    await evictDurableObject(own);
    await evictDurableObject(index);
    expect(await store.list(customer)).toEqual([record(id, customer)]);
    await evictDurableObject(own);
    await evictDurableObject(index);
    expect(await store.revokeAll(customer)).toBe(1);
    await evictDurableObject(own);
    expect(await store.get(id)).toBeNull();
  });

  it('refuses what cannot be kept, and changes nothing', async () => {
    const session = record(unique(), unique());
    await store.set(session);
    const { objects, count } = countedObjects(namespace);
    const other = new SessionStoreClient(objects);
    const ids = ['', 'x'.repeat(513), '€'.repeat(171), '\ud800', 7, null, undefined, {}];
    for (const id of ids as string[]) {
      for (const call of [
        () => other.get(id),
        () => other.delete(id),
        () => other.list(id),
        () => other.revokeAll(id),
      ]) {
        expect(await code(call())).toBe('invalid_key');
      }
      expect(await code(other.set({ ...session, sessionId: id }))).toBe('invalid_session');
      expect(await code(other.set({ ...session, customerId: id }))).toBe('invalid_session');
    }
    const dates = [new Date(Number.NaN), '2026-01-01', 0, null, undefined, {}];
    for (const createdAt of dates as Date[]) {
      expect(await code(other.set({ ...session, createdAt }))).toBe('invalid_session');
    }
    for (const userAgent of [undefined, null, 7] as unknown as string[]) {
      expect(await code(other.set({ ...session, userAgent }))).toBe('invalid_session');
    }
    for (const value of [undefined, null, 1, 'text']) {
      expect(await code(other.set(value as never))).toBe('invalid_session');
    }
    expect(count).toEqual({});
    expect(await store.get(session.sessionId)).toEqual(session);
  });

  it('takes ids of 512 bytes, and cuts a user agent after 1,024', async () => {
    const pad = (id: string) => id.padEnd(512, 'x');
    const session = record(pad(unique()), pad(unique()), { userAgent: `${'x'.repeat(1_023)}é` });
    await store.set(session);
    expect(await store.list(session.customerId)).toEqual([{ ...session, userAgent: 'x'.repeat(1_023) }]);
  });

  it('holds 900 sessions of a customer and refuses one more, until there is room', async () => {
    const customer = unique();
    const index = stub(`customer:${customer}`);
    for (let i = 0; i < 899; i++) await index.addEntry?.(`gone-${i}`, WEEK);
    await store.set(record(unique(), customer));
    const session = record(unique(), customer);
    expect(await code(store.set(session))).toBe('limit_exceeded');
    expect(await store.get(session.sessionId)).toBeNull();
    // One that is there can be set again.
    const [kept] = await store.list(customer);
    await store.set(kept as never);
    // Entries without a session are forgotten as soon as none can be under way for them.
    const clock = stopClock();
    clock.pass(60_001);
    expect(await store.list(customer)).toEqual([kept]);
    await store.set(session);
    expect(await store.list(customer)).toEqual([kept, session]);
  });
});
