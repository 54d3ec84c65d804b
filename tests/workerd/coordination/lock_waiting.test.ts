import { env } from 'cloudflare:workers';
import { type Lock, LockClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { describe, expect, it, vi } from 'vitest';
import { unique } from '../../support/backend.js';
import { countedObjects, failure, intercepted } from '../../support/interception.js';
import { ended, moveTime, stoppedClock } from '../../support/time.js';

const { COORDINATION_DO } = env as { COORDINATION_DO: ObjectHandle };

describe('waiting for a lock', () => {
  const locks = new LockClient(COORDINATION_DO);
  stoppedClock();
  const get = async (name: string, ttlSeconds = 30) => {
    const lock = await locks.acquire(name, { ttlSeconds });
    return lock ?? expect.fail('the lock was not to be had');
  };

  it('waits politely: for the end of the lock, or for its time', async () => {
    moveTime();
    const start = Date.now();
    const { objects, count, busy } = countedObjects(COORDINATION_DO);
    const patient = new LockClient(objects);
    const name = unique();
    const first = await get(name, 0.3);
    const second = await ended(patient.acquire(name, { ttlSeconds: 30, waitMs: 20_000 }), 1, busy);
    expect(second?.fence).toBeGreaterThan(first.fence);
    expect(Date.now() - start).toBeLessThan(350);
    // 25 ms apart at the least.
    expect(count.acquire).toBeLessThan(15);
    expect(await ended(patient.acquire(name, { ttlSeconds: 30, waitMs: 60 }), 1, busy)).toBeNull();
    expect(Date.now() - start).toBeLessThan(450);
    const third = patient.acquire(name, { ttlSeconds: 30, waitMs: 20_000 });
    expect(await locks.release(second as Lock)).toBe(true);
    expect(await ended(third, 25, busy)).not.toBeNull();
  });

  it('stops waiting also where the clock stands still', async () => {
    const name = unique();
    await get(name);
    expect(await locks.acquire(name, { ttlSeconds: 1, waitMs: 100 })).toBeNull();
  });

  describe('withLock', () => {
    it('runs one after the other, and releases whatever happens', async () => {
      moveTime();
      const { objects, busy } = countedObjects(COORDINATION_DO);
      const counted = new LockClient(objects);
      const name = unique();
      let running = 0;
      const fences: number[] = [];
      const work = async (lock: Lock) => {
        running += 1;
        expect(running).toBe(1);
        await Promise.resolve();
        fences.push(lock.fence);
        running -= 1;
        return lock.fence;
      };
      const calls = Array.from({ length: 5 }, () =>
        counted.withLock(name, { ttlSeconds: 30, waitMs: 60_000 }, work),
      );
      const answers = await ended(Promise.all(calls), 5, busy);
      expect(answers.toSorted((a, b) => a - b)).toEqual(fences);
      const mine = new Error('mine');
      await expect(
        locks.withLock(name, { ttlSeconds: 30 }, () => {
          throw mine;
        }),
      ).rejects.toBe(mine);
      expect(await locks.withLock(name, { ttlSeconds: 30 }, () => 'free again')).toBe('free again');
    });

    it('says so when the lock was not to be had', async () => {
      const name = unique();
      await get(name);
      const fn = vi.fn();
      await expect(locks.withLock(name, { ttlSeconds: 1 }, fn)).rejects.toMatchObject({
        name: 'CloudflareClientsError',
        code: 'conflict',
        retryable: true,
      });
      expect(fn).not.toHaveBeenCalled();
    });

    it('answers what fn answered although the release failed', async () => {
      const objects = intercepted(COORDINATION_DO, ({ deliver, method }) =>
        method === 'release' ? Promise.reject(failure({})) : deliver(),
      );
      expect(await new LockClient(objects).withLock(unique(), { ttlSeconds: 1 }, () => 7)).toBe(7);
    });
  });
});
