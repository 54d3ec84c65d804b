import { env } from 'cloudflare:workers';
import { type Lock, LockClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { describe, expect, it, vi } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { countedObjects, failure, intercepted } from '../../support/interception.js';
import { ended, moveTime, pass, stoppedClock } from '../../support/time.js';

const { COORDINATION_DO } = env as { COORDINATION_DO: ObjectHandle };

describe('waiting for a lock', () => {
  const locks = new LockClient(COORDINATION_DO);
  stoppedClock();
  // Moves time on by so much, while calls take theirs.
  const until = (ms: number, busy: () => boolean) =>
    ended(new Promise((resolve) => setTimeout(resolve, ms)), 100, busy);
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

  it('is fair: who waits for longest is next, and nobody who comes later passes', async () => {
    moveTime();
    const { objects, busy } = countedObjects(COORDINATION_DO);
    const waiting = new LockClient(objects);
    const name = unique();
    const first = await get(name);
    const order: number[] = [];
    const work = (n: number) => () => {
      order.push(n);
      // Comes while others wait, and asks once.
      return locks.acquire(name, { ttlSeconds: 1 }).then((newcomer) => expect(newcomer).toBeNull());
    };
    const calls: Promise<void>[] = [];
    for (let n = 0; n < 6; n++) {
      calls.push(waiting.withLock(name, { ttlSeconds: 30, waitMs: 60_000 }, work(n)));
      await pass(10);
    }
    await locks.release(first);
    expect(await locks.acquire(name, { ttlSeconds: 1 })).toBeNull();
    await ended(Promise.all(calls), 25, busy);
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await locks.acquire(name, { ttlSeconds: 1 })).not.toBeNull();
  });

  it('gives the place of one who vanished to the next', async () => {
    moveTime();
    const name = unique();
    const { objects, busy } = countedObjects(COORDINATION_DO);
    const lock = await get(name);
    const stub = COORDINATION_DO.get(COORDINATION_DO.idFromName(`lock:${name}`) as never) as {
      acquire(...args: unknown[]): Promise<unknown>;
    };
    expect(await stub.acquire('vanished', 30, Date.now(), true)).toMatchObject({
      ok: true,
      value: [30_000, 0, 2_500],
    });
    await locks.release(lock);
    const started = Date.now();
    const next = new LockClient(objects).acquire(name, { ttlSeconds: 30, waitMs: 60_000 });
    expect(await ended(next, 25, busy)).not.toBeNull();
    expect(Date.now() - started).toBeGreaterThanOrEqual(2_500);
  });

  it('stops waiting when its signal is aborted, and leaves nothing behind', async () => {
    moveTime();
    const name = unique();
    const { objects, busy, count } = countedObjects(COORDINATION_DO);
    const waiting = new LockClient(objects);
    const lock = await get(name);
    const stop = new AbortController();
    const call = waiting.acquire(name, { ttlSeconds: 30, waitMs: 60_000, signal: stop.signal });
    await pass(10);
    stop.abort(new Error('mine'));
    await expect(call).rejects.toThrow('mine');
    await locks.release(lock);
    await until(1_000, busy);
    expect(count.release).toBe(1);
    const { acquire } = count;
    expect(await locks.acquire(name, { ttlSeconds: 1 })).not.toBeNull();
    await pass(2_000, 100);
    expect(count.acquire).toBe(acquire);
    const again = waiting.acquire(name, { ttlSeconds: 30, signal: stop.signal });
    await expect(again).rejects.toThrow('mine');
    expect(count.acquire).toBe(acquire);
  });

  it.each([
    ['its reply was lost', true],
    ['it was delivered after the caller gave up', false],
  ])('a lock whose holder never heard of it is free: %s', async (_, early) => {
    const name = unique();
    let late = async (): Promise<unknown> => undefined;
    const withdrawn = Promise.withResolvers<unknown>();
    const objects = intercepted(COORDINATION_DO, ({ method, deliver }) => {
      if (method === 'release') {
        const reply = deliver();
        withdrawn.resolve(reply);
        return reply;
      }
      late = deliver;
      return (early ? deliver() : Promise.resolve()).then(() => Promise.reject(failure({})));
    });
    expect(await code(new LockClient(objects).acquire(name, { ttlSeconds: 30 }))).toBe('object_unavailable');
    expect(await withdrawn.promise).toMatchObject({ ok: true, value: early });
    expect(await late()).toMatchObject({ ok: true, value: [0] });
    expect(await locks.acquire(name, { ttlSeconds: 30 })).not.toBeNull();
  });

  it('releases a lock whose reply was lost also on an object of before, which cannot withdraw', async () => {
    const name = unique();
    const released = Promise.withResolvers<unknown>();
    const objects = intercepted(COORDINATION_DO, ({ name: object, method, args, deliver }) => {
      if (method !== 'release') return deliver().then(() => Promise.reject(failure({})));
      const stub = COORDINATION_DO.get(COORDINATION_DO.idFromName(object) as never) as {
        release(...args: unknown[]): Promise<unknown>;
      };
      const reply = stub.release(...args.slice(0, 3));
      released.resolve(reply);
      return reply;
    });
    expect(await code(new LockClient(objects).acquire(name, { ttlSeconds: 30 }))).toBe('object_unavailable');
    expect(await released.promise).toMatchObject({ ok: true, value: true });
    expect(await locks.acquire(name, { ttlSeconds: 30 })).not.toBeNull();
  });

  describe('withLock', () => {
    it('extends the lock while its function runs, as long as it may', async () => {
      moveTime();
      const { objects, count, busy } = countedObjects(COORDINATION_DO);
      const extending = new LockClient(objects);
      const name = unique();
      const gate = Promise.withResolvers<string>();
      let lost: AbortSignal | undefined;
      const options = { ttlSeconds: 10, maxHoldSeconds: 60 };
      const call = extending.withLock(name, options, (_, signal) => {
        lost = signal;
        return gate.promise;
      });
      await until(59_000, busy);
      expect(lost?.aborted).toBe(false);
      expect(await locks.acquire(name, { ttlSeconds: 1 })).toBeNull();
      expect(count.extend).toBeLessThan(15);
      await until(2_000, busy);
      expect(lost?.aborted).toBe(true);
      expect(lost?.reason).toMatchObject({ code: 'conflict', retryable: true });
      expect(await locks.acquire(name, { ttlSeconds: 1 })).not.toBeNull();
      gate.resolve('done');
      expect(await call).toBe('done');
    });

    it('tells its function when the lock is lost', async () => {
      moveTime();
      const { objects, busy } = countedObjects(COORDINATION_DO);
      const extending = new LockClient(objects);
      const name = unique();
      const call = extending.withLock(name, { ttlSeconds: 10 }, async (lock, signal) => {
        await locks.release(lock);
        await get(name);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return 'told';
      });
      expect(await ended(call, 500, busy)).toBe('told');
    });

    it('goes on after an extension that failed, and gives up at the end of the lock', async () => {
      moveTime();
      let fails = 1;
      let underWay = 0;
      const objects = intercepted(COORDINATION_DO, ({ method, deliver }) => {
        underWay += 1;
        const reply =
          method === 'extend' && fails-- > 0
            ? Promise.resolve().then(() => Promise.reject(failure({ remote: true })))
            : deliver();
        return reply.finally(() => {
          underWay -= 1;
        });
      });
      const start = Date.now();
      const failing = new LockClient(objects, { onEvent: () => {} });
      const abortedAt = (signal: AbortSignal) =>
        new Promise<number>((resolve) => signal.addEventListener('abort', () => resolve(Date.now() - start)));
      const call = failing.withLock(unique(), { ttlSeconds: 10 }, (_, signal) => {
        setTimeout(() => {
          fails = Number.POSITIVE_INFINITY;
        }, 10_000);
        return abortedAt(signal);
      });
      const at = await ended(call, 250, () => underWay > 0);
      expect(at).toBeGreaterThanOrEqual(14_000);
      expect(at).toBeLessThanOrEqual(22_000);
    });

    it('refuses what it cannot do, before it acquires anything', async () => {
      const name = unique();
      const tried = (options: object, fn: unknown = () => {}) =>
        code(locks.withLock(name, { ttlSeconds: 30, ...options }, fn as () => void));
      expect(await tried({}, 'no function')).toBe('invalid_value');
      for (const maxHoldSeconds of [29, 0, Number.NaN, '60', null]) {
        expect(await tried({ maxHoldSeconds })).toBe('misconfigured');
      }
      for (const signal of [{}, null, 'abort', new AbortController()]) {
        expect(await tried({ signal })).toBe('misconfigured');
      }
      expect(await locks.acquire(name, { ttlSeconds: 1 })).not.toBeNull();
    });

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
