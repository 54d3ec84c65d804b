// What KV costs: 10,000 requests of users whose activity follows Zipf's law. Each request asks for its
// session, is limited by its address and reads a cached list, as the SvelteKit example does.
import { CacheClient, RateLimiterClient, SessionCacheClient } from '@codex/cloudflare-clients';
import { CountingKV } from './kv.mjs';
import { plainCheck, plainGetOrSet, plainSession } from './plain.mjs';
import { KV } from './prices.mjs';

const REQUESTS = 10_000;
const USERS = 500;
const PER_SECOND = 50;
const limit = { limit: 100, window: 60, keyPrefix: 'rl:api:' };

/** mulberry32: the same trace in every run. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function zipf(next) {
  const weights = Array.from({ length: USERS }, (_, i) => 1 / (i + 1));
  const total = weights.reduce((sum, weight) => sum + weight);
  return () => {
    let at = next() * total;
    return weights.findIndex((weight) => (at -= weight) <= 0);
  };
}

const sessionOf = (user, at) => ({
  session: { userId: `u${user}`, expiresAt: new Date(at + 86_400_000).toISOString() },
  user: { id: `u${user}` },
});

const contestants = {
  'plain TypeScript': (kv) => async (user, list, at) => {
    if (!(await plainSession(kv, `t${user}`))) {
      await kv.put(`session:t${user}`, JSON.stringify(sessionOf(user, at)), { expirationTtl: 86_400 });
    }
    await plainCheck(kv, `a${user}`, limit);
    await plainGetOrSet(kv, `cache:${list}`, 300, () => [list]);
  },
  ours: (kv) => async (user, list, at) => {
    const sessions = new SessionCacheClient(kv, { hashTokens: true });
    if (!(await sessions.get(`t${user}`))) await sessions.set(`t${user}`, sessionOf(user, at));
    await new RateLimiterClient(kv).checkLimit(`a${user}`, limit);
    await new CacheClient(kv).getOrSet(`cache:${list}`, 300, () => [list]);
  },
};

export async function bill() {
  console.log(`→ the bill of ${REQUESTS} requests`);
  const lines = [
    `## KV operations of ${REQUESTS} requests`,
    '',
    `${USERS} users by Zipf's law, ${PER_SECOND} requests a second in one isolate; each asks for a session, a limit and a list.`,
    '',
    '| | reads | writes | $ per million requests |',
    '| --- | --- | --- | --- |',
  ];
  const realNow = Date.now;
  for (const [who, prepare] of Object.entries(contestants)) {
    const next = random(1);
    const pick = zipf(next);
    const kv = new CountingKV();
    const request = prepare(kv);
    const start = realNow();
    try {
      for (let i = 0; i < REQUESTS; i++) {
        const at = start + (i * 1000) / PER_SECOND;
        Date.now = () => at;
        await request(pick(), Math.floor(next() * 20), at);
      }
    } finally {
      Date.now = realNow;
    }
    const dollars = ((kv.reads * KV.read + kv.writes * KV.write) / REQUESTS).toFixed(2);
    lines.push(`| ${who} | ${kv.reads} | ${kv.writes} | ${dollars} |`);
    console.log(`  ${who.padEnd(20)} ${kv.reads} reads, ${kv.writes} writes, $${dollars}`);
  }
  return lines;
}
