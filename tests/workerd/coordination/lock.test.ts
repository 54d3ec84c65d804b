import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { type Lock, LockClient, type ObjectHandle } from '@codex/cloudflare-clients';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { countedObjects, failure, intercepted } from '../../support/interception.js';
import { nothing, stored, stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { COORDINATION_DO } = env as { COORDINATION_DO: ObjectHandle };
const stub = (name: string) => stubOf(COORDINATION_DO, `lock:${name}`);

describe('LockClient', () => {
  const locks = new LockClient(COORDINATION_DO);
  const clock = stoppedClock();
  const get = async (name: string, ttlSeconds = 30) => {
    const lock = await locks.acquire(name, { ttlSeconds });
    return lock ?? expect.fail('the lock was not to be had');
  };

  it('has one holder at a time, of 50 at once', async () => {
    const name = unique();
    const results = await Promise.all(
      Array.from({ length: 50 }, () => locks.acquire(name, { ttlSeconds: 30 })),
    );
    const [lock, ...others] = results.filter((lock) => lock !== null);
    expect(others).toEqual([]);
    expect(lock).toEqual({ name, fence: expect.any(Number), expiresAt: clock.start + 30_000 });
    expect(await locks.acquire(unique(), { ttlSeconds: 30 })).not.toBeNull();
  });

  it('shows its holder to nobody who logs it', async () => {
    const lock = await get(unique());
    expect(JSON.stringify(lock)).not.toContain(lock.holder);
    expect(Object.keys(lock)).toEqual(['name', 'fence', 'expiresAt']);
    expect(Object.isFrozen(lock)).toBe(true);
    expect(await code(locks.release(JSON.parse(JSON.stringify(lock))))).toBe('invalid_value');
    expect(await code(locks.extend({ ...lock } as Lock, 5))).toBe('invalid_value');
  });

  it('is free when it is released, by its holder alone, and once', async () => {
    const name = unique();
    const lock = await get(name);
    const thief = Object.defineProperty({ ...lock }, 'holder', { value: 'somebody else' }) as Lock;
    expect(await locks.release(thief)).toBe(false);
    expect(await locks.extend(thief, 60)).toBeNull();
    expect(await locks.acquire(name, { ttlSeconds: 1 })).toBeNull();
    expect(await locks.release(lock)).toBe(true);
    expect(await locks.release(lock)).toBe(false);
    const next = await get(name);
    expect(next.fence).toBeGreaterThan(lock.fence);
    expect(await locks.release(lock)).toBe(false);
    expect(await locks.acquire(name, { ttlSeconds: 1 })).toBeNull();
  });

  it('is free after its TTL, and its late holder cannot touch the next one’s', async () => {
    const name = unique();
    const lock = await get(name, 1.5);
    clock.at(1_499);
    expect(await locks.acquire(name, { ttlSeconds: 1 })).toBeNull();
    clock.at(1_500);
    expect(await locks.extend(lock, 5)).toBeNull();
    const next = await get(name, 30);
    expect(next.fence).toBeGreaterThan(lock.fence);
    expect(await locks.release(lock)).toBe(false);
    expect(await locks.extend(lock, 5)).toBeNull();
    expect(await locks.extend(next, 60)).toEqual({ ...next, expiresAt: clock.start + 61_500 });
    clock.at(61_499);
    expect(await locks.acquire(name, { ttlSeconds: 1 })).toBeNull();
  });

  it('keeps raising the fence when the object has forgotten everything', async () => {
    const name = unique();
    let fence = 0;
    for (let i = 0; i < 5; i++) {
      const lock = await get(name, 1);
      expect(lock.fence).toBeGreaterThan(fence);
      fence = lock.fence;
      if (i % 2) await locks.release(lock);
      clock.at((i + 1) * 3_600_000);
      await runDurableObjectAlarm(stub(name));
      expect(await stored(stub(name))).toEqual(nothing);
    }
    // Many holders within one millisecond.
    for (let i = 0; i < 5; i++) {
      const lock = await get(name);
      expect(lock.fence).toBeGreaterThan(fence);
      fence = lock.fence;
      await locks.release(lock);
    }
    // A clock that goes back.
    clock.at(0);
    expect((await get(name)).fence).toBeGreaterThan(fence);
  });

  it('is kept until a minute after its end, through evictions, then nothing is', async () => {
    const name = unique();
    expect(await locks.release({ ...(await get(unique())), name, holder: 'nobody' })).toBe(false);
    expect(await stored(stub(name))).toEqual(nothing);
    const lock = await get(name, 10);
    await evictDurableObject(stub(name));
    expect(await locks.acquire(name, { ttlSeconds: 1 })).toBeNull();
    const longer = await locks.extend(lock, 40);
    expect(longer?.expiresAt).toBe(clock.start + 40_000);
    clock.at(70_000);
    await runDurableObjectAlarm(stub(name));
    expect((await stored(stub(name))).alarm).toBe(clock.start + 100_000);
    clock.at(100_000);
    await runDurableObjectAlarm(stub(name));
    expect(await stored(stub(name))).toEqual(nothing);
  });

  it('is not kept for longer by a clock that went back', async () => {
    const name = unique();
    clock.at(3_600_000);
    await get(name, 10);
    clock.at(0);
    expect(await locks.acquire(name, { ttlSeconds: 1 })).toBeNull();
    clock.at(9_999);
    expect(await locks.acquire(name, { ttlSeconds: 1 })).toBeNull();
    clock.at(10_000);
    expect(await locks.acquire(name, { ttlSeconds: 1 })).not.toBeNull();
  });

  it('fails as calls on objects fail', async () => {
    for (const [flags, expected] of [
      [{ retryable: true }, 'object_unavailable'],
      [{ overloaded: true }, 'object_overloaded'],
    ] as const) {
      const objects = intercepted(COORDINATION_DO, () => Promise.reject(failure(flags)));
      expect(await code(new LockClient(objects).acquire('a', { ttlSeconds: 1 }))).toBe(expected);
    }
    const hanging = intercepted(COORDINATION_DO, () => new Promise(() => {}));
    const timed = new LockClient(hanging, { timeoutMs: 5 });
    expect(await code(timed.acquire('a', { ttlSeconds: 1, waitMs: 60_000 }))).toBe('timeout');
    for (const answer of [
      undefined,
      null,
      {},
      { ok: true },
      { ok: true, value: [] },
      { ok: true, value: 'x' },
    ]) {
      const wrong = new LockClient(intercepted(COORDINATION_DO, async () => answer));
      expect(await code(wrong.acquire('a', { ttlSeconds: 1 }))).toBe('misconfigured');
    }
  });

  it('refuses bad input, and asks nobody', async () => {
    const { objects, count } = countedObjects(COORDINATION_DO);
    const client = new LockClient(objects);
    for (const name of ['', '.', 7, null, undefined, '\ud800', 'n'.repeat(513)]) {
      expect(await code(client.acquire(name as never, { ttlSeconds: 1 }))).toBe('invalid_key');
    }
    for (const ttlSeconds of [0, -1, Number.NaN, Infinity, 1e12, '5', undefined]) {
      expect(await code(client.acquire('a', { ttlSeconds } as never))).toBe('invalid_ttl');
    }
    expect(await code(client.acquire('a', undefined as never))).toBe('invalid_ttl');
    for (const waitMs of [-1, Number.NaN, Infinity, '5']) {
      expect(await code(client.acquire('a', { ttlSeconds: 1, waitMs } as never))).toBe('misconfigured');
    }
    const holder = { name: 'a', fence: 1, expiresAt: 1, holder: '' };
    for (const lock of [null, undefined, {}, 'a', holder, { ...holder, holder: 7 }]) {
      expect(await code(client.release(lock as never))).toBe('invalid_value');
      expect(await code(client.extend(lock as never, 5))).toBe('invalid_value');
    }
    expect(count).toEqual({});
  });

  it('does what a plain model says, whoever comes and whenever', async () => {
    const step = fc.record({
      who: fc.nat(2),
      what: fc.constantFrom('acquire', 'release', 'extend', 'evict', 'alarm'),
      wait: fc.oneof(fc.nat(2_000), fc.nat(200_000)),
      ttl: fc.integer({ min: 1, max: 90 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const name = unique();
        const mine: (Lock | undefined)[] = [];
        let [now, holder, until, fence] = [0, -1, 0, 0];
        for (const { who, what, wait, ttl } of steps) {
          now += wait;
          clock.at(now);
          const held = holder >= 0 && now < until;
          if (what === 'acquire') {
            const lock = await locks.acquire(name, { ttlSeconds: ttl });
            expect(lock === null).toBe(held);
            if (!lock) continue;
            expect(lock.fence).toBeGreaterThan(fence);
            [holder, until, fence] = [who, now + ttl * 1_000, lock.fence];
            mine[who] = lock;
          } else if (what === 'evict') {
            await evictDurableObject(stub(name)).catch(() => {});
          } else if (what === 'alarm') {
            await runDurableObjectAlarm(stub(name));
          } else {
            const lock = mine[who];
            if (!lock) continue;
            const holds = held && holder === who && lock.fence === fence;
            if (what === 'release') {
              expect(await locks.release(lock)).toBe(holds);
              if (holds) holder = -1;
            } else {
              expect((await locks.extend(lock, ttl)) !== null).toBe(holds);
              if (holds) until = now + ttl * 1_000;
            }
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});
