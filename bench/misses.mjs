// 1,000 calls miss one key at the same time: how often is it loaded, and what does KV see?
import { CacheClient } from '@codex/cloudflare-clients';
import { cachified } from '@epic-web/cachified';
import { BentoCache, bentostore } from 'bentocache';
import { cloudflareKvCacheAdapter } from 'cachified-adapter-cloudflare-kv';
import { createStorage } from 'unstorage';
import cloudflareKvDriver from 'unstorage/drivers/cloudflare-kv-binding';
import { BentoDriver } from './bento_driver.mjs';
import { CountingKV } from './kv.mjs';
import { plainGetOrSet } from './plain.mjs';

const CALLS = 1_000;

/** Each makes what a request makes. */
const contestants = {
  'plain TypeScript': (kv) => (load) => plainGetOrSet(kv, 'key', 300, load),
  'cachified, a cache per request': (kv) => (load) =>
    cachified({
      key: 'key',
      cache: cloudflareKvCacheAdapter({ kv, keyPrefix: 'c', name: 'kv' }),
      ttl: 300_000,
      getFreshValue: load,
    }),
  unstorage: (kv) => {
    const storage = createStorage({ driver: cloudflareKvDriver({ binding: kv }) });
    return async (load) => {
      const cached = await storage.getItem('key');
      if (cached !== null) return cached;
      const value = await load();
      await storage.setItem('key', value, { ttl: 300 });
      return value;
    };
  },
  'bentocache on KV': (kv) => {
    const store = bentostore().useL2Layer({ options: {}, factory: () => new BentoDriver(kv) });
    const bento = new BentoCache({ default: 'kv', stores: { kv: store } });
    return (load) => bento.getOrSet({ key: 'key', ttl: 300_000, factory: load });
  },
  ours: (kv) => (load) => new CacheClient(kv).getOrSet('key', 300, load),
};

export async function misses() {
  console.log(`→ ${CALLS} concurrent misses`);
  const lines = [
    `## ${CALLS} concurrent misses of one key`,
    '',
    '| | loader calls | KV reads | KV writes |',
    '| --- | --- | --- | --- |',
  ];
  for (const [who, prepare] of Object.entries(contestants)) {
    const kv = new CountingKV();
    let loads = 0;
    const load = async () => {
      loads += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
      return { loads };
    };
    const call = prepare(kv);
    await Promise.all(Array.from({ length: CALLS }, () => call(load)));
    lines.push(`| ${who} | ${loads} | ${kv.reads} | ${kv.writes} |`);
    console.log(
      `  ${who.padEnd(32)} ${String(loads).padStart(5)} loads, ${kv.reads} reads, ${kv.writes} writes`,
    );
  }
  return lines;
}
