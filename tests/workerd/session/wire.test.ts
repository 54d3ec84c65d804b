import { SessionStoreClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { nothing } from '../../support/stored.js';
import { namespace, record, stored, stub, WEEK } from './objects.js';

const store = new SessionStoreClient(namespace, { onEvent: () => {} });

async function post(body: unknown, url = 'https://session', name = 'session-hub') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await stub(name).fetch(url, { method: 'POST', body: text });
  return { status: response.status, body: await response.json() };
}
const done = { status: 200, body: { ok: true } };

describe("the shop's session wire", () => {
  it('sets, gets, lists and deletes, the same sessions as the client does', async () => {
    const session = record(unique('s'), unique('c'));
    const wired = { ...session, createdAt: session.createdAt.toISOString() };
    const { sessionId, customerId } = session;
    expect(await post({ op: 'get', id: sessionId })).toEqual({
      status: 200,
      body: { ok: true, record: null },
    });
    expect(await post({ op: 'set', record: wired })).toEqual(done);
    expect(await store.get(sessionId)).toEqual(session);
    expect(await post({ op: 'get', id: sessionId })).toEqual({
      status: 200,
      body: { ok: true, record: wired },
    });
    expect(await post({ op: 'list', customerId })).toEqual({
      status: 200,
      body: { ok: true, records: [wired] },
    });
    expect((await stored(`session:${sessionId}`)).alarm).toBeGreaterThan(Date.now() + WEEK - 60_000);
    expect(await post({ op: 'delete', id: sessionId })).toEqual(done);
    expect(await store.get(sessionId)).toBeNull();
    expect(await post({ op: 'list', customerId })).toEqual({ status: 200, body: { ok: true, records: [] } });
    await store.set(session);
    expect(await store.revokeAll(customerId)).toBe(1);
    expect(await post({ op: 'get', id: sessionId })).toMatchObject({ body: { record: null } });
  });

  it('is answered by any object, whatever the host and the path, and keeps nothing there', async () => {
    const session = record(unique('s'), unique('c'));
    const wired = { ...session, createdAt: session.createdAt.toISOString() };
    const name = unique('any');
    expect(await post({ op: 'set', record: wired }, 'http://127.0.0.1/a/path?and=query', name)).toEqual(done);
    // The session's own object too, which has to call itself.
    const own = `session:${session.sessionId}`;
    expect(await post({ op: 'get', id: session.sessionId }, 'https://other', own)).toMatchObject({
      body: { record: wired },
    });
    expect(await stored(name)).toEqual(nothing);
  });

  it('refuses what it does not know, and changes nothing', async () => {
    const session = record(unique('s'), unique('c'));
    const wired = { ...session, createdAt: session.createdAt.toISOString() };
    for (const op of ['clear', '', undefined, null, 7, 'constructor', '__proto__']) {
      expect(await post({ op, id: session.sessionId })).toEqual({ status: 400, body: { ok: false } });
    }
    for (const text of ['', 'text', '{', 'null', '1', '"set"', '[]', '[{"op":"get"}]']) {
      expect(await post(text)).toMatchObject({ status: 400, body: { ok: false } });
    }
    const bad = [
      { op: 'get' },
      { op: 'get', id: '' },
      { op: 'get', id: 7 },
      { op: 'delete', id: 'x'.repeat(513) },
      { op: 'list', customerId: null },
      { op: 'set' },
      { op: 'set', record: null },
      { op: 'set', record: 'text' },
      { op: 'set', record: { ...wired, sessionId: '' } },
      { op: 'set', record: { ...wired, customerId: 7 } },
      { op: 'set', record: { ...wired, userAgent: undefined } },
      { op: 'set', record: { ...wired, createdAt: 'yesterday' } },
      { op: 'set', record: { ...wired, createdAt: 0 } },
    ];
    for (const body of bad)
      expect(await post(body), JSON.stringify(body)).toMatchObject({ status: 400, body: { ok: false } });
    const large = { op: 'set', record: { ...wired, userAgent: 'x'.repeat(2_100_000) } };
    expect(await post(large)).toMatchObject({ status: 413, body: { ok: false } });
    expect(await store.get(session.sessionId)).toBeNull();
    expect(await store.list(session.customerId)).toEqual([]);
  });
});

describe('whoever has the binding', () => {
  const replies = [
    ['putSession', null, 1, 1],
    ['putSession', { ...record('s', 'c'), createdAt: 'now' }, 1, 1],
    ['putSession', { ...record('s', 'c'), sessionId: '' }, 1, 1],
    ['putSession', record('x'.repeat(513), 'c'), 1, 1],
    ['putSession', record('s', 'c'), 'now', 1],
    ['putSession', record('s', 'c'), Number.NaN, 1],
    ['putSession', record('s', 'c'), 1, Number.POSITIVE_INFINITY],
    ['putSession', record('s', 'c'), 1, -1],
    ['addEntry', '', 1],
    ['addEntry', 'x'.repeat(513), 1],
    ['addEntry', '\ud800', 1],
    ['addEntry', 's', 0],
    ['revokeSession', 7, 1],
    ['revokeSession', 'c', '1'],
    ['forgetEntries', ['s'], [], false],
    ['forgetEntries', 's', [1], false],
    ['forgetEntries', [7], [1], false],
    ['forgetEntries', ['s'], ['1'], false],
    ['forgetEntries', ['s'], [1], 'yes'],
    ['revokeTokenOfUser', {}, 1],
    ['revokeTokenOfUser', 'h', 'soon'],
    ['fillToken', null, 1],
    ['fillToken', 'u', undefined],
  ] as [string, ...unknown[]][];

  it.each(replies)('cannot make %s take anything: %j', async (method, ...args) => {
    const name = unique();
    expect(await stub(name)[method]?.(...args)).toMatchObject({
      ok: false,
      code: expect.stringMatching(/^invalid_/),
      message: expect.any(String),
    });
    expect(await stored(name)).toEqual(nothing);
  });
});
