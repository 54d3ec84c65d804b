// In a file of its own: an isolate is told once.
import { CacheClient, KVClient, RateLimiterClient } from '@codex/cloudflare-clients';
import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { expect, it, vi } from 'vitest';
import { changing } from '../../support/handles.js';

it('handles that change from call to call are told of once, with what to write', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const kv = createStrictKv();
  const env = changing(kv);
  for (let i = 0; i < 50; i++) {
    // The same object again, names, what remembers nothing, and a few namespaces: all as it should be.
    new RateLimiterClient(kv);
    new RateLimiterClient(env(), { name: 'LIMIT_KV' });
    if (i < 5) new CacheClient(createStrictKv());
  }
  expect(warn).not.toHaveBeenCalled();
  for (let i = 0; i < 50; i++) new RateLimiterClient(env());
  for (let i = 0; i < 50; i++) new CacheClient(env());
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("RateLimiterClient(…, { name: 'MY_BINDING' })"));
  for (let i = 0; i < 50; i++) new KVClient(env());
  expect(warn).toHaveBeenCalledTimes(1);
});
