// What SessionCacheClient promises with `revocations`, on KV as createStrictKv has it (60 s to travel, 60 s for
// which a read is kept) and on the real objects: after a sign-out nobody is served.
import { SessionCacheClient, SessionStoreClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { faulty, unique } from '../../support/backend.js';
import { intercepted } from '../../support/interception.js';
import { DAY, namespace } from './objects.js';
import { BOUND, clock, isolate, kv, session, slowDatabase, token, user } from './places.js';

const WAYS: Record<string, (place: string) => Promise<unknown>> = {
  delete: (place) => isolate(place).delete(token),
  deleteUserSessions: (place) => isolate(place).deleteUserSessions(user),
  'SessionStoreClient.revokeAll': () =>
    new SessionStoreClient(namespace, { onEvent: () => {} }).revokeAll(user),
};

describe.each(Object.entries(WAYS))('after %s', (_name, signOut) => {
  it('no place serves the session after the bound, whatever KV shows', async () => {
    const [paris, tokyo, oslo] = ['paris', 'tokyo', 'oslo'].map((place) => isolate(place)) as [
      ReturnType<typeof isolate>,
      ReturnType<typeof isolate>,
      ReturnType<typeof isolate>,
    ];
    await paris.set(token, session());
    clock.pass(BOUND);
    // Tokyo has asked just before the sign-out; Oslo asks afterwards for the first time.
    expect(await tokyo.get(token)).not.toBeNull();
    expect(await paris.get(token)).not.toBeNull();
    await signOut('paris');
    clock.pass(1);
    expect(await oslo.get(token)).toBeNull();
    clock.pass(BOUND - 2);
    const kept = await kv.at('tokyo').list({ prefix: 'session-hash:' });
    expect(kept.keys).toHaveLength(1);
    expect(await tokyo.get(token)).not.toBeNull();
    clock.pass(1);
    expect(await tokyo.get(token)).toBeNull();
    expect(await paris.get(token)).toBeNull();
    for (let i = 0; i < 20; i++) {
      clock.pass(20_000);
      for (const place of [paris, tokyo, oslo]) expect(await place.get(token)).toBeNull();
    }
  });

  it('a read that asks every time serves it nowhere', async () => {
    const tokyo = isolate('tokyo', { maxStalenessSeconds: 0 });
    await isolate('paris').set(token, session());
    clock.pass(BOUND);
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
      clock.pass(1_500);
      await signOut('paris');
      clock.pass(1_500);
      read(data);
      // The database is asked again, and knows of no session.
      expect(await answer).toBeNull();
      expect(load).toHaveBeenCalledTimes(2);
      expect(filling.events).toMatchObject([{ note: 'revoked' }, { operation: 'getOrLoad', hit: false }]);
      clock.pass(1_500);
      await filling.set(token, data, { asOf: Date.now() - 3_500 });
      await filling.set(token, data, { asOf: new Date(Date.now() - 3_500) });
      for (const reader of [filling, isolate('paris'), isolate('tokyo')]) {
        expect(await reader.get(token)).toBeNull();
        clock.pass(BOUND);
        expect(await reader.get(token)).toBeNull();
      }
    }
  });

  it('a fill whose write to KV comes late is not served', async () => {
    const kvLate = kv.at('tokyo');
    let land: () => void = () => {};
    let setting: Promise<void> | undefined;
    await new Promise<void>((reach) => {
      const slow = faulty(kvLate, (operation, args) => {
        if (operation !== 'put' || String(args[0]).startsWith('session-user:')) return undefined;
        reach();
        return new Promise<void>((resolve) => (land = resolve)).then(() =>
          kvLate.put(...(args as [string, string, object])),
        );
      });
      const revocations = intercepted(namespace);
      setting = new SessionCacheClient(slow, { hashTokens: true, revocations }).set(token, session());
    });
    clock.pass(1_000);
    await signOut('paris');
    clock.pass(1_000);
    land();
    await setting;
    expect((await kv.at('tokyo').list({ prefix: 'session-hash:' })).keys).toHaveLength(1);
    for (const reader of [isolate('tokyo'), isolate('paris')]) {
      expect(await reader.get(token)).toBeNull();
      clock.pass(BOUND);
      expect(await reader.get(token)).toBeNull();
    }
  });

  it('a new sign-in is cached and served at once where it was signed out', async () => {
    const paris = isolate('paris');
    await paris.set(token, session());
    clock.pass(1_000);
    await (_name === 'delete' ? paris.delete(token) : paris.deleteUserSessions(user));
    const fresh = unique('token');
    await paris.set(fresh, session());
    expect(await paris.get(fresh)).not.toBeNull();
    clock.pass(1_000);
    // The same token too: an invalidation is a delete and a load.
    await paris.set(token, session(user, DAY, 'Ada King'));
    expect(await paris.get(token)).toMatchObject({ user: { name: 'Ada King' } });
    clock.pass(200);
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
    clock.pass(1_000);
    await signOut('paris');
    expect(await tokyo.get(token)).toBeNull();
    expect(await tokyo.get(theirs)).not.toBeNull();
  });
});
