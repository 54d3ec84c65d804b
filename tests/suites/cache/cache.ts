import { CacheClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { type Backend, code, counted, down, faulty, listening, unique } from '../../support/backend.js';
import { answeringSuite } from './answering.js';
import { inputSuite } from './input.js';
import { invalidationSuite } from './invalidation.js';
import { loadingSuite } from './loading.js';
import { fullSuite, manyKeysSuite } from './many.js';

export function cacheSuite(backend: Backend): void {
  describe(`CacheClient on ${backend.name}`, () => {
    it('gives back what JSON can say', async () => {
      const cache = new CacheClient(backend.kv());
      const values = [
        0,
        '',
        false,
        'text',
        'ü\u{1f600}',
        [],
        [1, null],
        {},
        { a: { b: [true] } },
        1.5e300,
        null,
      ];
      for (const value of values) {
        const key = unique();
        await cache.set(key, value, 60);
        expect(await cache.get(key)).toEqual(value);
        expect(await cache.getMany([key])).toEqual(new Map([[key, value]]));
        expect(await cache.getOrSet(key, 60, () => expect.fail('a hit loads nothing'))).toEqual(value);
      }
    });

    it('is plain JSON to other readers, and reads theirs', async () => {
      const kv = backend.kv();
      const cache = new CacheClient(kv);
      const [ours, theirs] = [unique(), unique()];
      await cache.set(ours, { at: new Date(0), nothing: undefined }, 300);
      expect(await kv.get(ours, 'text')).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
      await kv.put(theirs, JSON.stringify({ by: 'hand' }), { expirationTtl: 300 });
      expect(await cache.get(theirs)).toEqual({ by: 'hand' });
    });

    it('takes what is no JSON for a miss, says so, and loads again', async () => {
      const { events, onEvent } = listening();
      const kv = backend.kv();
      const key = unique();
      await kv.put(key, 'undefined', { expirationTtl: 60 });
      const cache = new CacheClient(kv, { onEvent });
      expect(await cache.get(key)).toBeNull();
      expect(events).toMatchObject([{ note: 'malformed' }, { hit: false }]);
      expect(await cache.getOrSet(key, 60, () => 'healed')).toBe('healed');
      expect(await cache.get(key)).toBe('healed');
    });

    it('refuses bad input and changes nothing', async () => {
      const { kv, count } = counted(backend.kv());
      const cache = new CacheClient(kv);
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      for (const value of [
        undefined,
        () => {},
        Symbol('s'),
        1n,
        cycle,
        {
          toJSON() {
            throw new Error('no');
          },
        },
      ]) {
        expect(await code(cache.set('k', value as never, 60))).toBe('invalid_value');
      }
      for (const ttl of [0, -1]) expect(await code(cache.set('k', 1, ttl))).toBe('invalid_ttl');
      for (const ttl of [Number.NaN, Infinity, 4e9, '60' as never, undefined as never]) {
        expect(await code(cache.set('k', 1, ttl))).toBe('invalid_ttl');
        expect(await code(cache.getOrSet('k', ttl, () => 1))).toBe('invalid_ttl');
      }
      for (const key of ['', '.', '..', 'a\udc00', null as never]) {
        expect(await code(cache.get(key))).toBe('invalid_key');
        expect(await code(cache.set(key, 1, 60))).toBe('invalid_key');
        expect(await code(cache.delete(key))).toBe('invalid_key');
        expect(await code(cache.getOrSet(key, 60, () => 1))).toBe('invalid_key');
        expect(await code(cache.getMany(['fine', key]))).toBe('invalid_key');
        expect(await code(cache.deleteMany(['fine', key]))).toBe('invalid_key');
      }
      for (const long of ['x'.repeat(513), 'ü'.repeat(257)]) {
        expect(await code(cache.set(long, 1, 60))).toBe('invalid_key');
      }
      expect(await code(cache.getMany('keys' as never))).toBe('invalid_key');
      expect(await code(cache.getOrSet('k', 60, 1 as never))).toBe('invalid_value');
      expect(await code(cache.getOrSet('k', 60, () => 1, { joinTimeoutMs: 0 }))).toBe('misconfigured');
      expect(await code(cache.set('k', 'x'.repeat(26_214_399), 60))).toBe('value_too_large');
      expect(count).toEqual({});
    });

    it('takes keys and values up to the limits', async () => {
      const cache = new CacheClient(backend.kv());
      for (const key of [`${'k'.repeat(476)}${crypto.randomUUID()}`, '€'.repeat(170), '...']) {
        await cache.set(key, 1, 60);
        expect(await cache.get(key)).toBe(1);
      }
    });

    it('tells of large values', async () => {
      const { events, onEvent } = listening();
      await new CacheClient(backend.kv(), { onEvent }).set(unique(), 'ü'.repeat(51_200), 60);
      expect(events).toMatchObject([{ note: 'large_value' }, { operation: 'set', bytes: 102_402 }]);
    });

    it('lets KV failures of the other calls reach the caller', async () => {
      const cache = new CacheClient(faulty(backend.kv(), down));
      for (const call of [cache.get('k'), cache.set('k', 1, 60), cache.delete('k'), cache.getMany(['k'])]) {
        expect(await code(call)).toBe('kv_unavailable');
      }
    });

    inputSuite(backend);
    loadingSuite(backend);
    invalidationSuite(backend);
    answeringSuite(backend);
    manyKeysSuite(backend);
    if (backend.full) fullSuite(backend);
    else {
      it('says that a handle without list cannot be cleared', async () => {
        expect(await code(new CacheClient(backend.kv()).clear({ prefix: 'a' }))).toBe('unsupported');
      });
    }
  });
}
