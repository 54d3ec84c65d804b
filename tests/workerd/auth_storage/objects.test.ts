import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { describe, expect, it } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { stoppedClock } from '../../support/time.js';
import { AUTH_DO, EMPTY, exec, storedUnder, stubOf } from './objects.js';

const MINUTE = 60_000;
const storage = secondaryStorage(AUTH_DO);
const { consume } = rateLimitStorage(AUTH_DO);

const clock = stoppedClock();

describe('values', () => {
  it('are there until they expire, to the millisecond', async () => {
    const key = unique();
    expect(await storage.get(key)).toBeNull();
    await storage.set(key, 'text', 1.5);
    clock.pass(1_499);
    expect(await storage.get(key)).toBe('text');
    clock.pass(1);
    expect(await storage.get(key)).toBeNull();
    expect(await storage.getAndDelete(key)).toBeNull();
  });

  it('without a TTL stay, and a later set replaces value and TTL', async () => {
    const key = unique();
    await storage.set(key, 'short', 1);
    await storage.set(key, 'long');
    clock.pass(100 * 365 * 24 * 60 * MINUTE);
    expect(await storage.get(key)).toBe('long');
    expect(await runDurableObjectAlarm(stubOf(key))).toBe(true);
    expect(await storage.get(key)).toBe('long');
    await storage.set(key, 'short again', 1);
    clock.pass(1_000);
    expect(await storage.get(key)).toBeNull();
  });

  it('with a TTL of 0 are over at once, whatever stood there', async () => {
    const key = unique();
    await storage.set(key, 'session', 60);
    await storage.set(key, 'session', 0);
    expect(await storage.get(key)).toBeNull();
  });

  it('hold any text up to 1 MiB', async () => {
    const key = unique('schlüssel 🔑 \u0000');
    for (const text of ['', 'null', '🔑\u0000"', 'x'.repeat(1_048_576)]) {
      await storage.set(key, text, 60);
      expect((await storage.get(key)) === text).toBe(true);
    }
  });

  it('are of their own key', async () => {
    const [a, b] = [unique(), unique()];
    await Promise.all([storage.set(a, 'a', 60), storage.set(b, 'b', 60)]);
    await storage.delete(a);
    expect([await storage.get(a), await storage.get(b)]).toEqual([null, 'b']);
  });
});

describe('at the same time', () => {
  it('one of 50 takes a value', async () => {
    const key = unique();
    await storage.set(key, 'token', 60);
    const taken = await Promise.all(Array.from({ length: 50 }, () => storage.getAndDelete(key)));
    expect(taken.filter((text) => text !== null)).toEqual(['token']);
  });

  it('50 count to 50, in the window of the first', async () => {
    const key = unique();
    const counts = await Promise.all(Array.from({ length: 50 }, () => storage.increment(key, 10)));
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    clock.pass(9_999);
    expect(await storage.increment(key, 10)).toBe(51);
    expect(await storage.get(key)).toBe('51');
    clock.pass(1);
    expect(await storage.increment(key, 10)).toBe(1);
  });

  it('a rule admits exactly its number, and tells the others how long to wait', async () => {
    const key = unique();
    const rule = { window: 10, max: 5 };
    const results = await Promise.all(Array.from({ length: 50 }, () => consume(key, rule)));
    expect(results.filter(({ allowed }) => allowed)).toEqual(
      Array(5).fill({ allowed: true, retryAfter: null }),
    );
    clock.pass(7_500);
    expect(await consume(key, rule)).toEqual({ allowed: false, retryAfter: 3 });
    clock.pass(2_500);
    expect(await consume(key, rule)).toEqual({ allowed: true, retryAfter: null });
  });
});

describe('what is stored', () => {
  it('is nothing for what was never there', async () => {
    const key = unique();
    await storage.get(key);
    expect(await consume(key, { window: 10, max: 0 })).toEqual({ allowed: false, retryAfter: 10 });
    expect(await storedUnder(key)).toEqual(EMPTY);
  });

  it('is for ten minutes that nothing was taken or deleted: a copy that comes late ends nothing newer', async () => {
    const key = unique();
    const sent = Date.now();
    expect(await stubOf(key).getAndDelete('take', sent)).toEqual({ ok: true, value: null });
    expect(await stubOf(key).delete('delete', sent)).toEqual({ ok: true, value: null });
    await storage.set(key, 'newer', 60);
    expect(await stubOf(key).getAndDelete('take', sent)).toEqual({ ok: true, value: null });
    expect(await stubOf(key).delete('delete', sent)).toEqual({ ok: true, value: null });
    expect(await storage.get(key)).toBe('newer');
    await storage.delete(key);
    await storage.set(key, 'over', 0);
    clock.pass(10 * MINUTE);
    await runDurableObjectAlarm(stubOf(key));
    expect(await storedUnder(key)).toEqual(EMPTY);
  });

  it('is nothing after the expiry', async () => {
    for (const ttl of [1, 60, 604_800]) {
      const key = unique();
      await storage.set(key, 'session', ttl);
      // A copy of the call may come for ten minutes.
      const ends = Math.max(ttl * 1_000, 10 * MINUTE);
      expect(await storedUnder(key)).toMatchObject({ alarm: Date.now() + ends, remembered: 1 });
      clock.pass(ttl * 1_000);
      expect(await storage.get(key)).toBeNull();
      clock.pass(ends - ttl * 1_000);
      expect(await runDurableObjectAlarm(stubOf(key))).toBe(true);
      expect(await storedUnder(key)).toEqual(EMPTY);
      expect(await storage.get(key)).toBeNull();
    }
  });

  it('is nothing after a window, and the object counts anew', async () => {
    const key = unique();
    await storage.increment(key, 60);
    clock.pass(10 * MINUTE);
    await runDurableObjectAlarm(stubOf(key));
    expect(await storedUnder(key)).toEqual(EMPTY);
    expect(await storage.increment(key, 60)).toBe(1);
  });

  it('is nothing ten minutes after a value was taken or deleted', async () => {
    for (const remove of [storage.getAndDelete, storage.delete]) {
      const key = unique();
      await storage.set(key, 'session', 604_800);
      await remove(key);
      expect((await storedUnder(key)).alarm).toBe(Date.now() + 10 * MINUTE);
      clock.pass(10 * MINUTE - 1);
      await runDurableObjectAlarm(stubOf(key));
      expect(await storedUnder(key)).toMatchObject({ remembered: 2, alarm: Date.now() + 1 });
      clock.pass(1);
      await runDurableObjectAlarm(stubOf(key));
      expect(await storedUnder(key)).toEqual(EMPTY);
    }
  });

  it('stays when an alarm rings before a renewed expiry, and goes with the next', async () => {
    const key = unique();
    await storage.set(key, 'session', 660);
    await storage.set(key, 'renewed', 720);
    clock.pass(11 * MINUTE);
    await runDurableObjectAlarm(stubOf(key));
    expect(await storage.get(key)).toBe('renewed');
    expect((await storedUnder(key)).alarm).toBe(Date.now() + MINUTE);
    clock.pass(MINUTE);
    await runDurableObjectAlarm(stubOf(key));
    expect(await storedUnder(key)).toEqual(EMPTY);
  });

  it('is bounded: a thousand mutations and eight large answers are remembered', async () => {
    const key = unique();
    const counts = Array.from({ length: 1_600 }, () => storage.increment(key, 3_600));
    expect(Math.max(...(await Promise.all(counts)))).toBe(1_600);
    expect((await storedUnder(key)).remembered).toBeLessThanOrEqual(1_250);

    const large = unique();
    for (let i = 0; i < 12; i++) {
      await storage.set(large, 'x'.repeat(100_000), 60);
      await storage.getAndDelete(large);
    }
    expect((await storedUnder(large)).answersSize).toBe(800_000);
  });

  it('is all of a mutation or nothing, when the storage fails', async () => {
    const key = unique();
    await storage.increment(key, 60);
    await exec(key, "CREATE TRIGGER full BEFORE INSERT ON remembered BEGIN SELECT RAISE(ABORT, 'full'); END");
    expect(await code(storage.increment(key, 60))).toBe('object_unavailable');
    expect(await code(storage.getAndDelete(key))).toBe('object_unavailable');
    expect(await storage.get(key)).toBe('1');
    await exec(key, 'DROP TRIGGER full');
    expect(await storage.increment(key, 60)).toBe(2);
  });

  it('survives an eviction', async () => {
    const [text, count] = [unique(), unique()];
    await storage.set(text, 'session', 60);
    await storage.increment(count, 60);
    await evictDurableObject(stubOf(text));
    await evictDurableObject(stubOf(count));
    expect(await storage.get(text)).toBe('session');
    expect(await storage.increment(count, 60)).toBe(2);
  });
});
