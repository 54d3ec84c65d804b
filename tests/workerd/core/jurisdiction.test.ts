// Workerd has no jurisdictions: locally, a client with one works on the objects without one, and one warning says so.
import { env } from 'cloudflare:workers';
import {
  CartStoreClient,
  CounterClient,
  LockClient,
  type ObjectHandle,
  RateLimiterClient,
  SessionStoreClient,
} from '@codex/cloudflare-clients';
import { secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { expect, it, vi } from 'vitest';
import { unique } from '../../support/backend.js';

const bindings = env as Record<string, ObjectHandle>;
const binding = (name: string) => bindings[name] as ObjectHandle;

it("jurisdiction: 'eu' works, with one warning", async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const eu = { jurisdiction: 'eu' } as const;
  const id = unique();
  await new CartStoreClient(binding('CART_DO'), eu).incrementQty(id, { id: 'mug' }, 1);
  expect(await new CartStoreClient(binding('CART_DO'), eu).getCart(id)).toMatchObject({ mug: { qty: 1 } });
  expect(await new CounterClient(binding('COORDINATION_DO'), eu).increment(id)).toBe(1);
  expect(await new LockClient(binding('COORDINATION_DO'), eu).acquire(id, { ttlSeconds: 1 })).not.toBeNull();
  expect(await new SessionStoreClient(binding('SESSION_DO'), eu).get(id)).toBeNull();
  expect(await secondaryStorage(binding('AUTH_DO'), eu).get(id)).toBeNull();
  const limit = { limit: 5, window: 60, keyPrefix: 'rl:' };
  expect(await new RateLimiterClient(binding('RATE_LIMIT_DO'), eu).checkLimit(id, limit)).toMatchObject({
    remaining: 4,
  });
  const warnings = warn.mock.calls.map(([text]) => text);
  expect(warnings.filter((text) => /jurisdiction/.test(text))).toEqual([
    'workerd has no jurisdictions: locally, "eu" is left out',
  ]);
});
