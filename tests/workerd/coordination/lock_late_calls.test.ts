// Attempts to get a lock whose reply is lost, and copies of them that arrive late.
import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { type Lock, LockClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { describe, expect, it, vi } from 'vitest';
import { listening, unique } from '../../support/backend.js';
import { copied, failure, intercepted } from '../../support/interception.js';
import { stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { COORDINATION_DO } = env as { COORDINATION_DO: ObjectHandle };
const clock = stoppedClock();
const locks = new LockClient(COORDINATION_DO);
const ask = (name: string) => locks.acquire(name, { ttlSeconds: 30 });

/** Objects whose replies to `acquire` are lost `times` times, after the lock was given. */
function losing(times: number) {
  const { objects, sent } = copied(COORDINATION_DO);
  const given: unknown[] = [];
  const lossy = intercepted(objects, async ({ method, deliver }) => {
    const reply = await deliver();
    if (method !== 'acquire') return reply;
    given.push(reply);
    if (given.length <= times) throw failure({ retryable: true });
    return reply;
  });
  return { objects: lossy, sent, given };
}

describe('an attempt whose reply is lost', () => {
  it.each([1, 2, 3])('%d times is made again, and gets the same lock with the same fence', async (times) => {
    const name = unique();
    const { objects, sent, given } = losing(times);
    const { events, onEvent } = listening();
    const lock = await new LockClient(objects, { onEvent }).acquire(name, { ttlSeconds: 30 });
    expect(lock).toMatchObject({ name, expiresAt: clock.start + 30_000 });
    expect(events.filter(({ note }) => note === 'retried')).toHaveLength(times);
    // Each attempt is the same call, and was answered the same.
    expect(sent).toHaveLength(times + 1);
    expect(new Set(sent.map(({ args }) => JSON.stringify(args))).size).toBe(1);
    const answer = { ok: true, value: [lock?.fence, lock?.expiresAt], class: 'CoordinationDurableObject' };
    expect(new Set(given.map((reply) => JSON.stringify(reply)))).toEqual(new Set([JSON.stringify(answer)]));
    // It is nobody else's until it is released, once.
    expect(await ask(name)).toBeNull();
    expect(await locks.release(lock as Lock)).toBe(true);
    const next = await ask(name);
    expect(next?.fence).toBeGreaterThan(lock?.fence as number);
  });

  it('is not made again for ever: it is withdrawn behind the call, and the lock is free', async () => {
    const name = unique();
    const { objects, given } = losing(4);
    await expect(new LockClient(objects).acquire(name, { ttlSeconds: 30 })).rejects.toMatchObject({
      code: 'object_unavailable',
      retryable: true,
    });
    expect(given).toHaveLength(4);
    await vi.waitFor(async () => expect(await ask(name)).not.toBeNull());
  });

  it('is known also when the object was evicted before it is made again', async () => {
    const name = unique();
    let fence: unknown;
    const objects = intercepted(COORDINATION_DO, async ({ deliver }) => {
      const reply = (await deliver()) as { value: [number, number] };
      if (fence !== undefined) return reply;
      fence = reply.value[0];
      await evictDurableObject(stubOf(COORDINATION_DO, `lock:${name}`));
      throw failure({ retryable: true });
    });
    expect(await new LockClient(objects).acquire(name, { ttlSeconds: 30 })).toMatchObject({ fence });
    expect(await ask(name)).toBeNull();
  });

  it('is made again by every method, and listeners are told', async () => {
    let lost = 0;
    const { events, onEvent } = listening();
    const objects = intercepted(COORDINATION_DO, async ({ deliver }) => {
      const answer = await deliver();
      lost += 1;
      if (lost % 2) throw failure({ retryable: true });
      return answer;
    });
    const flaky = new LockClient(objects, { onEvent });
    const lock = await flaky.acquire(unique(), { ttlSeconds: 30 });
    expect(lock).not.toBeNull();
    expect(await flaky.extend(lock as Lock, 60)).toMatchObject({ fence: lock?.fence });
    expect(await flaky.release(lock as Lock)).toBe(true);
    expect(await flaky.release(lock as Lock)).toBe(false);
    expect(events.filter(({ note }) => note === 'retried')).toHaveLength(4);
    expect(events).toContainEqual(expect.objectContaining({ note: 'lock_lost' }));
    const calls = events.filter(({ note }) => !note).map(({ client, operation }) => `${client}.${operation}`);
    expect(calls).toEqual(['lock.acquire', 'lock.extend', 'lock.release', 'lock.release']);
    expect(JSON.stringify(events)).not.toContain(lock?.holder);
  });
});

describe('a copy of an attempt that arrives late', () => {
  async function held() {
    const name = unique();
    const { objects, sent, given } = losing(1);
    const lock = (await new LockClient(objects).acquire(name, { ttlSeconds: 30 })) as Lock;
    const copy = sent[0];
    if (!copy) return expect.fail('nothing was sent');
    return { name, lock, copy, first: given[0] };
  }

  it('finds the lock with its holder: nothing has changed', async () => {
    const { name, lock, copy, first } = await held();
    clock.at(5_000);
    expect(await copy.deliver()).toEqual(first);
    expect(await ask(name)).toBeNull();
    expect(await locks.extend(lock, 30)).toMatchObject({
      fence: lock.fence,
      expiresAt: clock.start + 35_000,
    });
    expect(await locks.release(lock)).toBe(true);
  });

  it('does not take again what its holder has released', async () => {
    const { name, lock, copy } = await held();
    expect(await locks.release(lock)).toBe(true);
    await copy.deliver();
    // It is free, and the next holder's fence is larger.
    const next = await ask(name);
    expect(next?.fence).toBeGreaterThan(lock.fence);
    await copy.deliver();
    expect(await ask(name)).toBeNull();
    expect(await locks.extend(next as Lock, 60)).toMatchObject({ fence: next?.fence });
  });

  it('takes nothing from who has the lock since its TTL', async () => {
    const { name, lock, copy } = await held();
    clock.at(30_000);
    const next = await ask(name);
    expect(next?.fence).toBeGreaterThan(lock.fence);
    await copy.deliver();
    expect(await locks.release(lock)).toBe(false);
    expect(await locks.release(next as Lock)).toBe(true);
  });

  it('is refused when it comes a minute late, and leaves the lock free', async () => {
    const { name, lock, copy } = await held();
    expect(await locks.release(lock)).toBe(true);
    const other = (await ask(name)) as Lock;
    expect(await locks.release(other)).toBe(true);
    clock.at(60_001);
    expect(await copy.deliver()).toMatchObject({ ok: false, code: 'timeout' });
    expect((await ask(name))?.fence).toBeGreaterThan(other.fence);
  });
});
