import { runDurableObjectAlarm } from 'cloudflare:test';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { describe, expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { stoppedClock } from '../../support/time.js';
import { AUTH_DO, stubOf } from './objects.js';

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
    const wide = `${'x'.repeat(1_048_573)}€`;
    for (const text of ['', 'null', '🔑\u0000"', 'x'.repeat(1_048_576), wide]) {
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
