// Revocations where the clocks of Workers and objects differ.
import { describe, expect, it, vi } from 'vitest';
import { unique } from '../../support/backend.js';
import { intercepted } from '../../support/interception.js';
import { DAY, namespace } from './objects.js';
import { clock, HOUR, isolate, session, slowDatabase, token, user } from './places.js';

describe('clocks', () => {
  // What an object does, it does on a clock of its own.
  const skewed = (ms: () => number) =>
    intercepted(namespace, async ({ deliver }) => {
      const now = Date.now();
      vi.setSystemTime(now + ms());
      return deliver().finally(() => vi.setSystemTime(now));
    });

  it.each([-HOUR, -1_000, 1_000, HOUR])('of Workers may differ by %d ms', async (skew) => {
    // Paris runs on a clock of its own; the objects, Tokyo and KV do not.
    const objects = skewed(() => -skew);
    const paris = isolate('paris', { objects });
    const inParis = async <T>(job: () => Promise<T>) => {
      clock.pass(skew);
      return job().finally(() => clock.pass(-skew));
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
    clock.pass(500);
    await tokyo.set(unique('token'), data);
    await tokyo.deleteUserSessions(user);
    clock.pass(500);
    await inParis(async () => {
      read(data);
      expect(await answer).toBeNull();
      await paris.set(token, data, { asOf: readAt });
    });
    expect(paris.events.filter(({ note }) => note === 'not_cached')).toHaveLength(1);
    expect(await tokyo.get(token)).toBeNull();
    clock.pass(1_000);
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
    clock.pass(1_000);
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
    clock.pass(-HOUR);
    expect(await tokyo.get(token)).toBeNull();
  });
});
