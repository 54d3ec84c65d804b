// Calls that are made again, and calls that are lost.
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { describe, expect, it } from 'vitest';
import { code, hang, listening, unique } from '../../support/backend.js';
import { failure, intercepted } from '../../support/interception.js';
import { nothing } from '../../support/stored.js';
import { ended, moveTime, stoppedClock } from '../../support/time.js';
import { AUTH_DO, storedUnder, stubOf, unreliable, value } from './objects.js';

const MINUTE = 60_000;
const clock = stoppedClock();

describe('a call that is made again with its idempotency key', () => {
  it('is applied once and answered as the first time', async () => {
    const stub = stubOf(unique());
    const twice = async <T>(call: () => Promise<T>) => {
      const first = await call();
      await evictDurableObject(stub);
      expect(await call()).toEqual(first);
      return first;
    };
    await twice(() => stub.increment('i1', 60));
    expect(await twice(() => stub.increment('i2', 60))).toMatchObject({ ok: true, value: 2 });
    expect(await twice(() => stub.consume('c1', 60, 3))).toMatchObject({ ok: true, value: 0 });
    expect(await twice(() => stub.getAndDelete('t1'))).toMatchObject({ ok: true, value: '3' });
    await twice(() => stub.set('s1', 'old', 60));
    await stub.set('s2', 'new', 60);
    await twice(() => stub.set('s1', 'old', 60));
    expect(await value(stub.get())).toBe('new');
    await twice(() => stub.delete('d1'));
    await stub.set('s3', 'newer', 60);
    await twice(() => stub.delete('d1'));
    await twice(() => stub.getAndDelete('t1'));
    expect(await value(stub.get())).toBe('newer');
  });

  it('is known for ten minutes', async () => {
    const stub = stubOf(unique());
    expect(await value(stub.increment('once', 3_600))).toBe(1);
    clock.pass(10 * MINUTE - 1);
    expect(await value(stub.increment('once', 3_600))).toBe(1);
    clock.pass(1);
    expect(await value(stub.increment('once', 3_600))).toBe(2);
  });

  it('is not counted in the next window too', async () => {
    const key = unique();
    const stub = stubOf(key);
    await stub.increment('once', 1);
    clock.pass(1_000);
    await runDurableObjectAlarm(stub);
    expect(await value(stub.increment('once', 1))).toBe(1);
    expect(await value(stub.increment('other', 1))).toBe(1);
    clock.pass(10_000);
    await runDurableObjectAlarm(stub);
    expect(await storedUnder(key)).toEqual(nothing);
  });

  it('is refused as another operation', async () => {
    const stub = stubOf(unique());
    await stub.set('once', 'text', 60);
    expect(await stub.delete('once')).toMatchObject({ ok: false, code: 'invalid_key' });
    expect(await value(stub.get())).toBe('text');
  });
});

describe('on a network that loses things', () => {
  const losing = (...losses: ('call' | 'reply')[]) => {
    const { events, onEvent } = listening();
    const objects = unreliable(() => losses.shift());
    return { storage: secondaryStorage(objects, { onEvent }), limiter: rateLimitStorage(objects), events };
  };

  it('calls are made again and applied once', async () => {
    const key = unique();
    for (const loss of ['call', 'reply'] as const) {
      const again = () => losing(loss, 'reply').storage;
      await again().set(key, '5', 60);
      expect(await again().increment(key, 60)).toBe(6);
      expect(await losing(loss).limiter.consume(key, { window: 60, max: 7 })).toMatchObject({
        allowed: true,
      });
      expect(await again().get(key)).toBe('7');
      expect(await again().getAndDelete(key)).toBe('7');
      expect(await again().getAndDelete(key)).toBeNull();
    }
  });

  it('listeners are told, without keys and values', async () => {
    const { storage, events } = losing('reply');
    await storage.set('secret-key', 'secret-value', 60);
    expect(events.map(({ client, operation, note }) => ({ client, operation, note }))).toEqual([
      { client: 'auth_storage', operation: 'set', note: 'retried' },
      { client: 'auth_storage', operation: 'set', note: undefined },
    ]);
    await storage.get('secret-key');
    expect(events.at(-1)).toMatchObject({ operation: 'get', hit: true });
    expect(JSON.stringify(events)).not.toContain('secret');
  });

  it('a call gives up in the end, and says so', async () => {
    const { storage } = losing(...Array<'call'>(4).fill('call'));
    await expect(storage.get(unique())).rejects.toMatchObject({
      code: 'object_unavailable',
      retryable: true,
    });
  });

  it('an overloaded object is left alone', async () => {
    let calls = 0;
    const objects = intercepted(AUTH_DO, async () => {
      calls++;
      throw failure({ retryable: true, overloaded: true });
    });
    expect(await code(secondaryStorage(objects).get('key'))).toBe('object_overloaded');
    expect(calls).toBe(1);
  });

  it('a call ends at its time limit', async () => {
    moveTime();
    const start = Date.now();
    const objects = intercepted(AUTH_DO, hang);
    expect(await ended(code(secondaryStorage(objects, { timeoutMs: 20 }).get('key')), 1)).toBe('timeout');
    expect(Date.now() - start).toBe(20);
  });
});
