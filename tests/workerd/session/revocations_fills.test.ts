// What is cached under revocations, and what that costs.
import { SessionCacheClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { countedObjects, intercepted } from '../../support/interception.js';
import { nothing } from '../../support/stored.js';
import { DAY, namespace, ring, stored } from './objects.js';
import { BOUND, clock, HOUR, isolate, kv, session, token, user } from './places.js';

describe('what it costs', () => {
  it('asks once in the bound for each user, and fills with two calls', async () => {
    const { objects, count } = countedObjects(namespace);
    const sessions = isolate('paris', { objects });
    await sessions.getOrLoad(token, () => session());
    expect(count).toEqual({ fillToken: 1, stampFill: 1 });
    for (let i = 0; i < 10; i++) {
      expect(await sessions.get(token)).not.toBeNull();
      clock.pass(BOUND / 10);
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
    const sessions = new SessionCacheClient(at, { revocations: intercepted(namespace) });
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
    const { keys } = await kv.at('paris').list({ prefix: 'session-hash:' });
    expect(keys[0]?.expiration).toBeLessThanOrEqual((started + 30 * DAY) / 1_000 + 1);
    await sessions.delete(token);
    await sessions.deleteUserSessions(user);
    const hash = keys[0]?.name.slice('session-hash:'.length) as string;
    const names = [`customer:${user}`, `token:${hash}`];
    for (const name of names) expect((await stored(name)).values).toHaveProperty('state');
    clock.pass(30 * DAY);
    for (const name of names) await ring(name);
    expect((await stored(names[0] as string)).values).toHaveProperty('state');
    clock.pass(DAY);
    for (const name of names) {
      await ring(name);
      expect(await stored(name)).toEqual(nothing);
    }
  });

  it('forgets nothing by reading: an object that was never written stays so', async () => {
    await isolate('paris').set(token, session());
    const other = unique('user');
    await kv.at('paris').put('session:x', JSON.stringify(session(other)), { metadata: { asOf: Date.now() } });
    const plain = new SessionCacheClient(kv.at('paris'), { revocations: intercepted(namespace) });
    expect(await plain.get('x')).not.toBeNull();
    expect(await stored(`customer:${other}`)).toEqual(nothing);
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
    clock.pass(1_000);
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
      clock.pass(1_000);
      await sessions.delete(other);
      expect(await sessions.get(other)).toBeNull();
    }
    expect(await sessions.get(token)).not.toBeNull();
    // One more, and what was cached for the user is given up as a whole: it is loaded again.
    const other = unique('t');
    await sessions.set(other, session());
    clock.pass(1_000);
    await sessions.delete(other);
    expect(await sessions.get(token)).toBeNull();
    expect(await sessions.get(other)).toBeNull();
    clock.pass(1_000);
    await sessions.getOrLoad(token, () => session());
    expect(await sessions.get(token)).not.toBeNull();
    // A token takes some 80 bytes.
    expect((await stored(`customer:${user}`)).values.state).toBeLessThan(500);
  });

  it('reach every user for whom the token was cached', async () => {
    const other = unique('user');
    const [paris, tokyo] = [
      isolate('paris', { maxStalenessSeconds: 0 }),
      isolate('tokyo', { maxStalenessSeconds: 0 }),
    ];
    await paris.set(token, session());
    clock.pass(BOUND);
    expect(await tokyo.get(token)).not.toBeNull();
    await paris.set(token, session(other));
    clock.pass(1_000);
    expect(await tokyo.get(token)).toMatchObject({ user: { id: user } });
    await isolate('oslo').delete(token);
    expect(await tokyo.get(token)).toBeNull();
    expect(await paris.get(token)).toBeNull();
  });
});
