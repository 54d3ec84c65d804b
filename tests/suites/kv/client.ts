import { KVClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { type Backend, code, counted, down, faulty, hang, listening, unique } from '../../support/backend.js';

export function basicsSuite(backend: Backend): void {
  describe(`KVClient on ${backend.name}`, () => {
    it('puts, gets and deletes', async () => {
      const kv = new KVClient(backend.kv());
      const key = unique();
      await kv.put(key, '{"a":1}', { expirationTtl: 60 });
      expect(await kv.get(key)).toBe('{"a":1}');
      expect(await kv.get(key, 'json')).toEqual({ a: 1 });
      await kv.delete(key);
      expect(await kv.get(key)).toBeNull();
      await kv.put(key, '');
      expect(await kv.get(key)).toBe('');
      expect(await code(kv.get(key, 'json'))).toBe('invalid_value');
      expect(await code(kv.get(key, 'stream' as never))).toBe('unsupported');
    });

    it('is the monitored KV of the document: every operation with its time, hit or miss', async () => {
      const { events, onEvent } = listening();
      const kv = new KVClient(backend.kv(), { onEvent });
      const key = unique('secret');
      await kv.get(key);
      await kv.put(key, 'ü', { expirationTtl: 60 });
      await kv.get(key);
      await kv.delete(key);
      const ms = expect.any(Number);
      expect(events).toEqual([
        { client: 'kv', operation: 'get', ms, hit: false },
        { client: 'kv', operation: 'put', ms, bytes: 2 },
        { client: 'kv', operation: 'get', ms, hit: true, bytes: 2 },
        { client: 'kv', operation: 'delete', ms },
      ]);
      expect(JSON.stringify(events)).not.toContain('secret');
    });

    it('refuses what KV would, and writes nothing', async () => {
      const { kv, count } = counted(backend.kv());
      const client = new KVClient(kv);
      for (const key of ['x'.repeat(513), 'ü'.repeat(257), 'x'.repeat(100_000)]) {
        expect(await code(client.put(key, 'v'))).toBe('invalid_key');
        expect(await client.get(key)).toBeNull();
        if (backend.full) {
          expect(await client.getWithMetadata(key)).toEqual({ value: null, metadata: null });
        }
        await client.delete(key);
      }
      for (const key of ['', '.', '..', 7 as never]) {
        expect(await code(client.put(key, 'v'))).toBe('invalid_key');
        expect(await code(client.get(key))).toBe('invalid_key');
        expect(await code(client.delete(key))).toBe('invalid_key');
      }
      for (const expirationTtl of [59, 60.5, 0, Number.NaN, '60' as never]) {
        expect(await code(client.put('k', 'v', { expirationTtl }))).toBe('invalid_ttl');
      }
      for (const expiration of [Date.now() / 1000, 0, Number.NaN, null as never]) {
        expect(await code(client.put('k', 'v', { expiration }))).toBe('invalid_ttl');
      }
      expect(await code(client.put('k', 1 as never))).toBe('invalid_value');
      expect(await code(client.put('k', 'v', { metadata: 1n }))).toBe('invalid_value');
      expect(await code(client.put('k', 'v', { metadata: 'ü'.repeat(512) }))).toBe('value_too_large');
      expect(await code(client.put('k', 'x'.repeat(26_214_401)))).toBe('value_too_large');
      expect(count).toEqual({});
    });

    it('lets failures reach the caller', async () => {
      expect(await code(new KVClient(faulty(backend.kv(), down)).get('k'))).toBe('kv_unavailable');
      expect(await code(new KVClient(faulty(backend.kv(), hang), { timeoutMs: 5 }).put('k', 'v'))).toBe(
        'timeout',
      );
    });

    if (backend.full) withMetadata(backend);
    else {
      it('says what a handle without metadata and listing cannot do', async () => {
        const kv = new KVClient(backend.kv());
        expect(await code(kv.getWithMetadata('k'))).toBe('unsupported');
        expect(await code(kv.list().next())).toBe('unsupported');
      });
    }
  });
}

function withMetadata(backend: Backend): void {
  it('keeps metadata', async () => {
    const kv = new KVClient(backend.kv());
    const key = unique();
    expect(await kv.getWithMetadata(key)).toEqual({ value: null, metadata: null });
    expect(await kv.getWithMetadata('x'.repeat(513))).toEqual({ value: null, metadata: null });
    await kv.put(key, '[1]', { expiration: Math.ceil(Date.now() / 1000) + 120, metadata: { by: 'us' } });
    expect(await kv.getWithMetadata(key, 'json')).toEqual({ value: [1], metadata: { by: 'us' } });
  });

  it('lists page by page, as far as it is asked', async () => {
    const { kv: handle, count } = counted(backend.kv());
    const kv = new KVClient(handle);
    const prefix = unique('list');
    for (let i = 0; i < 5; i++) await kv.put(`${prefix}:${i}`, 'v', { expirationTtl: 60, metadata: i });
    const keys = [];
    for await (const { name, metadata } of kv.list({ prefix, pageSize: 2 })) keys.push([name, metadata]);
    expect(keys).toEqual([0, 1, 2, 3, 4].map((i) => [`${prefix}:${i}`, i]));
    expect(count.list).toBe(3);
    for await (const { name } of kv.list({ prefix, pageSize: 2 })) {
      expect(name).toBe(`${prefix}:0`);
      break;
    }
    expect(count.list).toBe(4);
    expect(await code(kv.list({ pageSize: 0 }).next())).toBe('misconfigured');
    expect(await code(kv.list({ prefix: 7 as never }).next())).toBe('invalid_key');
  });
}
