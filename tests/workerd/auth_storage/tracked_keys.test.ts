import { runDurableObjectAlarm } from 'cloudflare:test';
import { secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { describe, expect, it } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { countedObjects, failure, intercepted } from '../../support/interception.js';
import { nothing, stored } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';
import { AUTH_DO, stubOf } from './objects.js';

const clock = stoppedClock();
const HOUR = 3_600_000;
const keysOf = async (storage: ReturnType<typeof secondaryStorage>) => (await storage.listKeys()).toSorted();

describe('keyPrefix', () => {
  it('keeps apps that share a namespace apart', async () => {
    const key = unique();
    const [shop, blog] = ['shop:', 'blog:'].map((keyPrefix) => secondaryStorage(AUTH_DO, { keyPrefix }));
    await shop?.set(key, 'of the shop', 60);
    expect(await blog?.get(key)).toBeNull();
    expect(await shop?.get(key)).toBe('of the shop');
    expect(await secondaryStorage(AUTH_DO).get(`shop:${key}`)).toBe('of the shop');
  });

  it('leads no key to an index, and is checked', async () => {
    for (const keyPrefix of ['\u0001', 7, null, 'x'.repeat(129)]) {
      expect(() => secondaryStorage(AUTH_DO, { keyPrefix: keyPrefix as never })).toThrow('keyPrefix');
    }
    expect(await code(secondaryStorage(AUTH_DO).get('\u0001keys:0:'))).toBe('invalid_key');
    expect(() => secondaryStorage(AUTH_DO, { trackKeys: 'true' as never })).toThrow('trackKeys');
  });
});

describe('trackKeys', () => {
  const tracking = (keyPrefix = unique()) => secondaryStorage(AUTH_DO, { keyPrefix, trackKeys: true });

  it('lists the keys that have a value, of its prefix alone, and clears them', async () => {
    const prefix = unique();
    const storage = tracking(prefix);
    const other = tracking(`${prefix}x`);
    await other.set('other', 'value');
    const keys = Array.from({ length: 40 }, (_, n) => `session:${n}`).toSorted();
    await Promise.all(keys.map((key) => storage.set(key, 'value', 60)));
    await storage.set('for good', 'value');
    expect(await storage.increment('counter', 60)).toBe(1);
    expect(await storage.increment('counter', 60)).toBe(2);
    await storage.set('over', 'value', 0);
    expect(await keysOf(storage)).toEqual(['counter', 'for good', ...keys]);
    await storage.delete('session:0');
    await storage.getAndDelete('session:1');
    clock.pass(60_000);
    expect(await keysOf(storage)).toEqual(['for good']);
    await storage.clear();
    expect(await keysOf(storage)).toEqual([]);
    expect(await storage.get('for good')).toBeNull();
    expect(await keysOf(other)).toEqual(['other']);
  });

  it('costs nothing without it, and then cannot list', async () => {
    const { objects, count } = countedObjects(AUTH_DO);
    const storage = secondaryStorage(objects);
    await storage.set(unique(), 'value', 60);
    expect(count).toEqual({ set: 1 });
    expect(await code(storage.listKeys())).toBe('unsupported');
    expect(await code(storage.clear())).toBe('unsupported');
  });

  it('lists a key whose value came after an older one was deleted, in whatever order calls arrive', async () => {
    const prefix = unique();
    let late = async (): Promise<unknown> => undefined;
    const slow = intercepted(AUTH_DO, ({ method, deliver }) => {
      if (method !== 'untrackKey') return undefined;
      late = deliver;
      return Promise.reject(failure({}));
    });
    const storage = secondaryStorage(slow, { keyPrefix: prefix, trackKeys: true });
    await storage.set('key', 'older', 600);
    clock.pass(HOUR / 30);
    await storage.delete('key');
    clock.pass(1_000);
    await storage.set('key', 'newer', 600);
    expect(await late()).toMatchObject({ ok: true, value: null });
    expect(await storage.listKeys()).toEqual(['key']);
    clock.pass(60_000);
    expect(await late()).toMatchObject({ ok: false, code: 'timeout' });
  });

  it('does not set a value that it could not track', async () => {
    const failing = intercepted(AUTH_DO, ({ method }) =>
      method === 'trackKey' ? Promise.reject(failure({})) : undefined,
    );
    const prefix = unique();
    const storage = secondaryStorage(failing, { keyPrefix: prefix, trackKeys: true });
    expect(await code(storage.set('key', 'value', 60))).toBe('object_unavailable');
    expect(await secondaryStorage(AUTH_DO, { keyPrefix: prefix }).get('key')).toBeNull();
  });

  it('forgets what has expired once a day, and then the index is empty', async () => {
    const prefix = unique();
    const storage = tracking(prefix);
    await storage.set('short', 'value', 60);
    const index = async () => {
      for (let share = 0; share < 16; share++) {
        const stub = stubOf(`\u0001keys:${share}:${prefix}`);
        if ((await stored(stub)).tables.length) return stub;
      }
      return expect.fail('there is no index');
    };
    const stub = await index();
    clock.pass(24 * HOUR);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await stored(stub)).toEqual(nothing);
  });
});
