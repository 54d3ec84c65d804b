// Isolates in several places, on one strict KV and the real objects. Each test has a KV, a user and a token of its
// own, and time that only the test moves.
import { type ObjectHandle, SessionCacheClient } from '@codex/cloudflare-clients';
import { createStrictKv, type StrictKv } from '@codex/cloudflare-clients/testing';
import { beforeEach, vi } from 'vitest';
import { listening, unique } from '../../support/backend.js';
import { intercepted } from '../../support/interception.js';
import { stoppedClock } from '../../support/time.js';
import { DAY, namespace } from './objects.js';

// Some of these make hundreds of calls, on a machine that may have other work.
vi.setConfig({ testTimeout: 60_000 });

export const BOUND = 60_000;
export const HOUR = 3_600_000;

export const clock = stoppedClock();
export let kv: StrictKv;
export let user: string;
export let token: string;
beforeEach(() => {
  kv = createStrictKv();
  user = unique('user');
  token = unique('token');
});

/** An isolate at a place: what it knows is its own, since its handle is. */
export function isolate(
  place: string,
  options: { maxStalenessSeconds?: number; objects?: ObjectHandle } = {},
) {
  const { objects = namespace, ...more } = options;
  const { events, onEvent } = listening();
  const revocations = intercepted(objects);
  const client = new SessionCacheClient(kv.at(place), {
    hashTokens: true,
    // These are about what is cached for days.
    maxAgeSeconds: Infinity,
    revocations,
    onEvent,
    ...more,
  });
  return Object.assign(client, { events });
}

export function session(userId = user, lifeMs = DAY, name = 'Ada') {
  const expiresAt = new Date(Date.now() + lifeMs).toISOString();
  return { session: { id: 's', userId, token, expiresAt }, user: { id: userId, name } };
}

/** A database whose first answer comes when the test says so, and which has no session afterwards. */
export function slowDatabase() {
  const begun = Promise.withResolvers<void>();
  const first = Promise.withResolvers<never>();
  const load = vi.fn(() => null as ReturnType<typeof session> | null | Promise<never>);
  load.mockImplementationOnce(() => {
    begun.resolve();
    return first.promise;
  });
  return { load, begun: begun.promise, read: (data: object) => first.resolve(data as never) };
}
