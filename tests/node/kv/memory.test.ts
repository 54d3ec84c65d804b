// What an isolate remembers of a namespace: bounded, and never an answer after it was invalidated.
import { CacheClient, SessionCacheClient } from '@codex/cloudflare-clients';
import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { expect, it, vi } from 'vitest';
// @ts-expect-error It has no typings there.
import { Memory } from '../../../node_modules/@codex/cloudflare-clients/kv/memory.js';
import { hang } from '../../support/backend.js';
import { stopClock } from '../../support/time.js';

it('writes that were cut off with their requests are forgotten when they answer no more', () => {
  const clock = stopClock();
  const memory = new Memory();
  const write = () => ({
    entry: { value: 'long', metadata: null },
    answers: true,
    begunAt: Date.now(),
    done: hang(),
  });
  for (const key of ['a', 'b']) memory.enterWrite(key, write());
  clock.pass(29_000);
  memory.enterWrite('b', write());
  expect([...memory.writes.keys()]).toEqual(['a', 'b']);
  clock.pass(1_000);
  memory.enterWrite('c', write());
  expect([...memory.writes.keys()]).toEqual(['b', 'c']);
});

it('a loaded value that is being written answers nobody after clear or deleteUserSessions has begun', async () => {
  const kv = createStrictKv();
  const waitUntil = vi.fn();
  const cache = new CacheClient(kv, { waitUntil });
  const sessions = new SessionCacheClient(kv, { waitUntil });
  const restore = kv.fail({ operation: 'put', kind: 'hang' });
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const session = { session: { expiresAt, userId: 'u' }, user: { id: 'u' } };
  await cache.getOrSet('p:a', 60, () => 'old');
  await sessions.getOrLoad('t', () => session);
  expect([await cache.get('p:a'), await sessions.get('t')]).toEqual(['old', session]);
  void cache.clear({ prefix: 'p:' });
  expect(await cache.get('p:a')).toBeNull();
  await sessions.getOrLoad('t2', () => session);
  void sessions.deleteUserSessions('u');
  expect(await sessions.get('t2')).toBeNull();
  restore();
});
