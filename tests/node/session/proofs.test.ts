// How long a session outlives its sign-out, in places that cannot know of it yet.
import { SessionCacheClient } from '@codex/cloudflare-clients';
import { createStrictKv, type StrictKv } from '@codex/cloudflare-clients/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { code } from '../../support/backend.js';
import { seeded } from '../../support/random.js';
import { movedTime, pass } from '../../support/time.js';

movedTime();

// docs/kv.md, on KV as createStrictKv has it: 60 s to travel, and 60 s for which a read is kept.
const BOUND = 60_000;
const DAY = 86_400_000;
const PLACES = ['paris', 'tokyo', 'oslo'];

let kv: StrictKv;
beforeEach(() => {
  kv = createStrictKv();
});

/** A request at a place: what it makes is its own. */
const at = (place: string) => new SessionCacheClient(kv.at(place), { hashTokens: true });

function session(userId = 'ada', lifeMs = DAY) {
  const expiresAt = new Date(Date.now() + lifeMs).toISOString();
  const user = { id: userId, email: 'ada@example.com', name: 'Ada', role: 'customer' as const };
  return {
    session: { id: 's', userId, token: 't', expiresAt },
    user: { ...user, emailVerified: true },
  };
}

describe('signing out in Paris', () => {
  const ways = {
    delete: () => at('paris').delete('token'),
    deleteUserSessions: () => at('paris').deleteUserSessions('ada'),
  };

  describe.each(Object.entries(ways))('by %s', (_, signOut) => {
    it('ends the session there at once, and in Tokyo after a minute to the millisecond', async () => {
      await at('paris').set('token', session());
      await pass(BOUND);
      expect(await at('tokyo').get('token')).not.toBeNull();
      await signOut();
      expect(await at('paris').get('token')).toBeNull();
      await pass(BOUND - 1);
      expect(await at('tokyo').get('token')).not.toBeNull();
      await pass(1);
      expect(await at('tokyo').get('token')).toBeNull();
    });

    it('ends it within the bound whenever, wherever and however often it is read', async () => {
      const random = seeded(7);
      let served = 0;
      for (let round = 0; round < 60; round++) {
        // Without its own cache a place would see the sign-out after `propagationMs`; it may not take longer.
        kv = createStrictKv({ propagationMs: random(BOUND + 1) });
        await at('paris').set('token', session());
        await pass(BOUND + random(BOUND));
        for (let i = random(4); i > 0; i--) {
          await at(PLACES[1 + random(2)] as string).get('token');
          await pass(1 + random(20_000));
        }
        await signOut();
        const signedOutAt = Date.now();
        while (Date.now() - signedOutAt < 3 * BOUND) {
          await pass(1 + random(9_000));
          const late = Date.now() - signedOutAt;
          const found = await at(PLACES[random(3)] as string).get('token');
          if (found) served += 1;
          if (late >= BOUND) expect(found, `${late} ms after the sign-out`).toBeNull();
        }
      }
      // Else the test would not have met what it is about.
      expect(served).toBeGreaterThan(50);
    });
  });
});

describe('a request that read the database before the sign-out, and caches after it', () => {
  const refillAfterSignOut = async () => {
    await at('paris').set('token', session('ada', 10 * BOUND));
    await pass(BOUND);
    const loaded = session('ada', 9 * BOUND);
    await at('paris').delete('token');
    await pass(1_500);
    await at('tokyo').set('token', loaded);
  };

  it('brings the session back in every place, until it expires: what KV cannot prevent', async () => {
    await refillAfterSignOut();
    await pass(BOUND);
    for (const place of PLACES) expect(await at(place).get('token')).not.toBeNull();
    await pass(8 * BOUND - 1_500);
    for (const place of PLACES) expect(await at(place).get('token')).toBeNull();
  });

  it('is undone by signing out once more, when such requests have ended', async () => {
    await refillAfterSignOut();
    await pass(5_000);
    await at('paris').delete('token');
    await pass(BOUND);
    for (const place of PLACES) expect(await at(place).get('token')).toBeNull();
  });

  it('is told within the second of the sign-out that KV takes no write', async () => {
    await at('paris').set('token', session());
    await pass(BOUND);
    await at('paris').delete('token');
    await pass(500);
    expect(await code(at('tokyo').set('token', session()))).toBe('kv_rate_limited');
    await pass(BOUND);
    for (const place of PLACES) expect(await at(place).get('token')).toBeNull();
  });
});

it('returns no expired session, at any place and at any time', async () => {
  const random = seeded(11);
  const sessions = Array.from({ length: 200 }, (_, i) => ({
    token: `token-${i}`,
    life: 1 + random(300_000),
  }));
  const ends = new Map<string, number>();
  for (const { token, life } of sessions) {
    await at(PLACES[random(3)] as string).set(token, session(`user-${token}`, life));
    ends.set(token, Date.now() + life);
    await pass(1 + random(200));
  }
  let found = 0;
  for (let i = 0; i < 4_000; i++) {
    const { token } = sessions[random(sessions.length)] as { token: string };
    const cached = await at(PLACES[random(3)] as string).get(token);
    if (cached) {
      found += 1;
      expect(Date.now()).toBeLessThan(ends.get(token) as number);
    }
    await pass(1 + random(180));
  }
  expect(found).toBeGreaterThan(500);
});

describe('deleteUserSessions', () => {
  it('misses what is not listed yet, and finds it when it is called again after the bound', async () => {
    await at('paris').set('phone', session());
    await pass(BOUND);
    await at('tokyo').set('laptop', session());
    await pass(1_000);
    expect(await at('paris').deleteUserSessions('ada')).toBe(1);
    await pass(BOUND);
    expect(await at('paris').get('laptop')).not.toBeNull();
    expect(await at('paris').deleteUserSessions('ada')).toBe(1);
    await pass(BOUND);
    for (const place of PLACES) {
      expect(await at(place).get('laptop')).toBeNull();
      expect(await at(place).get('phone')).toBeNull();
    }
    expect(await at('oslo').deleteUserSessions('ada')).toBe(0);
  });

  it('leaves other users alone', async () => {
    await at('paris').set('hers', session('ada'));
    await at('paris').set('his', session('ada lovelace'));
    await pass(BOUND);
    await at('tokyo').deleteUserSessions('ada');
    await pass(BOUND);
    expect(await at('paris').get('his')).not.toBeNull();
    expect(await at('paris').get('hers')).toBeNull();
  });
});
