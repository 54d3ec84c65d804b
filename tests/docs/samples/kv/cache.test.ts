import { describe, it, expect, beforeEach } from 'vitest';
import { CacheClient } from '@codex/cloudflare-clients';
import { MockKV } from '../../../support/mock_kv.js';

describe('CacheClient', () => {
  let kv: MockKV;
  let client: CacheClient;

  beforeEach(() => {
    kv = new MockKV();
    client = new CacheClient(kv as any);
  });

  it('should cache and retrieve value', async () => {
    await client.set('test-key', { foo: 'bar' }, 300);

    const cached = await client.get('test-key');
    expect(cached).toEqual({ foo: 'bar' });
  });

  it('should implement read-through cache pattern', async () => {
    let fetchCalled = false;
    const fetchFn = async () => {
      fetchCalled = true;
      return { data: 'from-source' };
    };

    // First call: cache miss, should fetch
    const result1 = await client.getOrSet('cache-key', 300, fetchFn);
    expect(result1).toEqual({ data: 'from-source' });
    expect(fetchCalled).toBe(true);

    // Second call: cache hit, should NOT fetch
    fetchCalled = false;
    const result2 = await client.getOrSet('cache-key', 300, fetchFn);
    expect(result2).toEqual({ data: 'from-source' });
    expect(fetchCalled).toBe(false);
  });

  it('should delete cached value', async () => {
    await client.set('test-key', { foo: 'bar' }, 300);
    await client.delete('test-key');

    const cached = await client.get('test-key');
    expect(cached).toBeNull();
  });

  it('should batch delete multiple keys', async () => {
    await client.set('key1', 'value1', 300);
    await client.set('key2', 'value2', 300);
    await client.set('key3', 'value3', 300);

    await client.deleteMany(['key1', 'key2']);

    expect(await client.get('key1')).toBeNull();
    expect(await client.get('key2')).toBeNull();
    expect(await client.get('key3')).toBe('value3'); // Not deleted
  });
});
