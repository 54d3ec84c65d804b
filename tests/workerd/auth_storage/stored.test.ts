import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { describe, expect, it } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { failing, nothing } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';
import { AUTH_DO, storedUnder, stubOf } from './objects.js';

const MINUTE = 60_000;
const sum = (sizes: number[]) => sizes.reduce((all, size) => all + size, 0);
const storage = secondaryStorage(AUTH_DO);
const { consume } = rateLimitStorage(AUTH_DO);

const clock = stoppedClock();

describe('what is stored', () => {
  it('is nothing for what was never there', async () => {
    const key = unique();
    await storage.get(key);
    expect(await consume(key, { window: 10, max: 0 })).toEqual({ allowed: false, retryAfter: 10 });
    expect(await storedUnder(key)).toEqual(nothing);
  });

  it('is for ten minutes that nothing was taken or deleted: a copy that comes late ends nothing newer', async () => {
    const key = unique();
    const sent = Date.now();
    expect(await stubOf(key).getAndDelete('take', sent)).toMatchObject({ ok: true, value: null });
    expect(await stubOf(key).delete('delete', sent)).toMatchObject({ ok: true, value: null });
    await storage.set(key, 'newer', 60);
    expect(await stubOf(key).getAndDelete('take', sent)).toMatchObject({ ok: true, value: null });
    expect(await stubOf(key).delete('delete', sent)).toMatchObject({ ok: true, value: null });
    expect(await storage.get(key)).toBe('newer');
    await storage.delete(key);
    await storage.set(key, 'over', 0);
    clock.pass(10 * MINUTE);
    await runDurableObjectAlarm(stubOf(key));
    expect(await storedUnder(key)).toEqual(nothing);
  });

  it('is nothing after the expiry', async () => {
    for (const ttl of [1, 60, 604_800]) {
      const key = unique();
      await storage.set(key, 'session', ttl);
      // A copy of the call may come for two minutes.
      const ends = Math.max(ttl * 1_000, 2 * MINUTE);
      expect(await storedUnder(key)).toMatchObject({ alarm: Date.now() + ends, tables: [] });
      clock.pass(ttl * 1_000);
      expect(await storage.get(key)).toBeNull();
      clock.pass(ends - ttl * 1_000);
      expect(await runDurableObjectAlarm(stubOf(key))).toBe(true);
      expect(await storedUnder(key)).toEqual(nothing);
      expect(await storage.get(key)).toBeNull();
    }
  });

  it('is nothing after a window, and the object counts anew', async () => {
    const key = unique();
    await storage.increment(key, 60);
    clock.pass(2 * MINUTE);
    await runDurableObjectAlarm(stubOf(key));
    expect(await storedUnder(key)).toEqual(nothing);
    expect(await storage.increment(key, 60)).toBe(1);
  });

  it('is nothing two minutes after a value was taken or deleted', async () => {
    for (const remove of ['getAndDelete', 'delete'] as const) {
      const key = unique();
      await storage.set(key, 'session', 604_800);
      const call = () => stubOf(key)[remove]('\u0001key', sent);
      const sent = Date.now();
      const reply = await call();
      expect(reply).toMatchObject({ ok: true, value: remove === 'delete' ? null : 'session' });
      expect((await storedUnder(key)).alarm).toBe(sent + 2 * MINUTE);
      clock.pass(MINUTE);
      expect(await call()).toEqual(reply);
      clock.pass(MINUTE - 1);
      await runDurableObjectAlarm(stubOf(key));
      // The object's clock may go back, and the call be accepted once more.
      expect(await storedUnder(key)).toMatchObject({ alarm: sent + 2 * MINUTE });
      clock.pass(-MINUTE + 1);
      expect(await call()).toEqual(reply);
      clock.pass(MINUTE);
      await runDurableObjectAlarm(stubOf(key));
      expect(await storedUnder(key)).toEqual(nothing);
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
    expect(await storedUnder(key)).toEqual(nothing);
  });

  it('is bounded: mutations are remembered for two minutes, and eight large answers', async () => {
    const key = unique();
    const counts = Array.from({ length: 1_600 }, () => storage.increment(key, 3_600));
    expect(Math.max(...(await Promise.all(counts)))).toBe(1_600);
    const size = async (of: string) => sum(Object.values((await storedUnder(of)).values));
    expect(await size(key)).toBeLessThan(1_600 * 30);
    clock.pass(2 * MINUTE);
    expect(await storage.increment(key, 3_600)).toBe(1_601);
    expect(await size(key)).toBeLessThan(100);

    const large = unique();
    for (let i = 0; i < 12; i++) {
      await storage.set(large, 'x'.repeat(100_000), 60);
      await storage.getAndDelete(large);
    }
    const { state = 0 } = (await storedUnder(large)).values;
    expect((await size(large)) - state).toBe(800_000);
    clock.pass(2 * MINUTE);
    await storage.set(large, 'short', 600);
    expect(Object.keys((await storedUnder(large)).values)).toEqual(['state']);
  });

  it('is all of a mutation or nothing, when the storage fails', async () => {
    const key = unique();
    await storage.increment(key, 60);
    const mend = await failing(stubOf(key), 'put');
    expect(await code(storage.increment(key, 60))).toBe('object_unavailable');
    expect(await code(storage.getAndDelete(key))).toBe('object_unavailable');
    expect(await storage.get(key)).toBe('1');
    mend();
    expect(await storage.increment(key, 60)).toBe(2);
  });

  it('is the text before, when the next one is stored and what says so is not', async () => {
    const [before, after] = ['a'.repeat(5_000), 'b'.repeat(5_000)];
    const mutations = [
      ['put', (key: string) => storage.set(key, after, 60)],
      ['setAlarm', (key: string) => storage.set(key, after, 10)],
      ['setAlarm', storage.getAndDelete],
    ] as const;
    for (const [write, mutate] of mutations) {
      const key = unique();
      await storage.set(key, before, 600);
      await failing(stubOf(key), write, (first) => write === 'setAlarm' || first === 'state');
      // The object was reset.
      expect(await code(mutate(key))).toBe('object_unavailable');
      expect(await storage.get(key)).toBe(before);
      expect(await storage.getAndDelete(key)).toBe(before);
      expect(await storage.getAndDelete(key)).toBeNull();
    }
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
