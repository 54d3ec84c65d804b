// What is measured, and by whom. Each contestant makes its client per call where users do.
import { CacheClient, RateLimiterClient, SessionCacheClient } from '@codex/cloudflare-clients';
import { cachified } from '@epic-web/cachified';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { cloudflareKvCacheAdapter } from 'cachified-adapter-cloudflare-kv';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { createStorage } from 'unstorage';
import cloudflareKvDriver from 'unstorage/drivers/cloudflare-kv-binding';
import { BentoDriver } from './bento_driver.mjs';
import { MemoryKV } from './kv.mjs';
import { plainCheck, plainGetOrSet, plainSession } from './plain.mjs';

const kv = new MemoryKV();
const token = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEF';
const session = {
  session: {
    id: 'session-1',
    userId: 'user-1',
    token,
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    ipAddress: '203.0.113.7',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
  },
  user: { id: 'user-1', email: 'ada@example.com', name: 'Ada', role: 'customer', emailVerified: true },
};
const list = Array.from({ length: 20 }, (_, i) => ({
  id: i,
  title: `Title ${i}`,
  slug: `title-${i}`,
  price: i * 100,
  tags: ['a', 'b'],
  published: true,
}));
const load = () => list;

await new SessionCacheClient(kv).set(token, session);
await new CacheClient(kv).set('cache:list', list, 300);

const adapter = cloudflareKvCacheAdapter({ kv, keyPrefix: 'cachified', name: 'kv' });
const throughCachified = (key) => cachified({ key, cache: adapter, ttl: 300_000, getFreshValue: load });
const storage = createStorage({ driver: cloudflareKvDriver({ binding: kv }) });
async function throughUnstorage(key) {
  const cached = await storage.getItem(key);
  if (cached !== null) return cached;
  await storage.setItem(key, list, { ttl: 300 });
  return list;
}

const bento = new BentoCache({
  default: 'kv',
  stores: {
    kv: bentostore().useL2Layer({ options: {}, factory: () => new BentoDriver(kv) }),
    memory: bentostore().useL1Layer(memoryDriver({ maxItems: 10_000 })),
  },
});
const throughBento = (store, key) => bento.use(store).getOrSet({ key, ttl: 300_000, factory: load });
const [memoryOpen, memoryFull] = [1e9, 1].map((points) => new RateLimiterMemory({ points, duration: 900 }));

let fresh = 0;
const missing = () => `missing-${fresh++}`;
const open = { limit: 1e9, window: 900, keyPrefix: 'rl:open:' };
const full = { limit: 1, window: 900, keyPrefix: 'rl:full:' };

/** `baseline` is what the others are compared with; `check` proves that a contestant does the work. */
export const cases = [
  {
    name: 'session hit',
    baseline: 'raw binding',
    check: (answer) => answer.user.id === 'user-1',
    contestants: {
      'raw binding': () => kv.get(`session:${token}`, 'json'),
      'plain TypeScript': () => plainSession(kv, token),
      ours: () => new SessionCacheClient(kv).get(token),
      'ours, hashTokens': () => new SessionCacheClient(kv, { hashTokens: true }).get(token),
    },
    prepare: () => new SessionCacheClient(kv, { hashTokens: true }).set(token, session),
  },
  {
    name: 'getOrSet hit, 20 objects',
    baseline: 'raw binding',
    check: (answer) => answer.length === 20,
    contestants: {
      'raw binding': () => kv.get('cache:list', 'json'),
      'plain TypeScript': () => plainGetOrSet(kv, 'cache:list', 300, load),
      cachified: () => throughCachified('list'),
      unstorage: () => throughUnstorage('list'),
      'bentocache on KV': () => throughBento('kv', 'list'),
      'bentocache in memory': () => throughBento('memory', 'list'),
      ours: () => new CacheClient(kv).getOrSet('cache:list', 300, load),
      // As in workerd: others may join its read.
      'ours, with waitUntil': () => new CacheClient(kv, { waitUntil() {} }).getOrSet('cache:list', 300, load),
    },
  },
  {
    name: 'getOrSet miss, 20 objects',
    baseline: 'plain TypeScript',
    check: (answer) => answer.length === 20,
    contestants: {
      'plain TypeScript': () => plainGetOrSet(kv, missing(), 300, load),
      cachified: () => throughCachified(missing()),
      unstorage: () => throughUnstorage(missing()),
      'bentocache on KV': () => throughBento('kv', missing()),
      ours: () => new CacheClient(kv).getOrSet(missing(), 300, load),
    },
  },
  {
    name: 'checkLimit allowed',
    baseline: 'plain TypeScript',
    check: (answer) => answer.allowed,
    contestants: {
      'plain TypeScript': () => plainCheck(kv, 'plain', open),
      // Not KV: what a single process would use.
      'rate-limiter-flexible': () => memoryOpen.consume('id').then(() => ({ allowed: true })),
      ours: () => new RateLimiterClient(kv).checkLimit('ours', open),
    },
  },
  {
    name: 'checkLimit refused',
    baseline: 'plain TypeScript',
    check: (answer) => !answer.allowed,
    prepare: () =>
      Promise.all([plainCheck(kv, 'plain', full), new RateLimiterClient(kv).checkLimit('ours', full)]),
    contestants: {
      'plain TypeScript': () => plainCheck(kv, 'plain', full),
      'rate-limiter-flexible': () => memoryFull.consume('id').catch(() => ({ allowed: false })),
      ours: () => new RateLimiterClient(kv).checkLimit('ours', full),
    },
  },
];
