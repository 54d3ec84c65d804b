// What visitors choose is measured before it is copied: the memory of the wasm grows for good.
import { clientKey, RateLimiterClient } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { code } from '../../support/backend.js';
import { liveness } from '../../support/internal.js';
import { MockKV } from '../../support/mock_kv.js';

const config = { limit: 5, window: 900, keyPrefix: 'rl:' };

it('counts an identifier of 40 million characters without a copy of it', async () => {
  const limiter = new RateLimiterClient(new MockKV());
  await limiter.checkLimit('x', config);
  const { memoryBytes } = liveness();
  const huge = 'x'.repeat(4e7);
  expect(await limiter.checkLimit(huge, config)).toMatchObject({ allowed: true, remaining: 4 });
  expect(await limiter.checkLimit(`${huge}y`, config)).toMatchObject({ remaining: 4 });
  expect(await limiter.peek(huge, config)).toMatchObject({ remaining: 4 });
  await limiter.reset(huge, config.keyPrefix);
  expect(await code(limiter.checkLimit('x', { ...config, keyPrefix: huge }))).toBe('invalid_key');
  expect(await code(limiter.reset('x', huge))).toBe('invalid_key');
  expect(clientKey(huge)).toBe(huge);
  // A few parts of 64 K characters, and what was freed of them.
  expect(liveness().memoryBytes - memoryBytes).toBeLessThan(1_000_000);
});
