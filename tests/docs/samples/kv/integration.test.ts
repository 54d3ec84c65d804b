import { CacheClient, type KVHandle } from '@codex/cloudflare-clients';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('KV Integration Tests', () => {
  let mf: Miniflare;
  let kv: KVHandle;

  beforeEach(async () => {
    mf = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: 'export default {}',
        kvNamespaces: ['TEST_KV'],
      }),
    );

    kv = (await mf.getBindings<{ TEST_KV: KVHandle }>()).TEST_KV;
  });

  afterEach(() => mf.dispose());

  it('should work with actual KV namespace', async () => {
    const cache = new CacheClient(kv);

    await cache.set('test', { value: 123 }, 60);
    const result = await cache.get('test');

    expect(result).toEqual({ value: 123 });
  });
});
