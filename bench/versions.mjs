// The calls that every request makes, by this version and by another one whose package is unpacked in a folder, side
// by side in one run: a change of the inside must not make them slower.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at } from '../scripts/lib.mjs';
import { MemoryKV } from './kv.mjs';

async function clientsOf(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return import(pathToFileURL(join(folder, exports['.'].node)));
}

const ROUNDS = 150;
const CALLS = 4_000;

/** Compares with the package in `folder`, such as `pkg/` of another checkout that was built. */
export async function versions(folder) {
  if (!folder) throw new Error('npm run bench versions FOLDER: the folder of the other package');
  const [now, before] = [await clientsOf(at('pkg')), await clientsOf(resolve(folder))];
  const kv = new MemoryKV();
  const session = {
    session: { id: 's', userId: 'u', expiresAt: new Date(Date.now() + 86_400_000).toISOString() },
    user: { id: 'u', email: 'ada@example.com', name: 'Ada', role: 'customer', emailVerified: true },
  };
  const posts = Array.from({ length: 20 }, (_, i) => ({ id: i, title: `Title ${i}`, tags: ['a', 'b'] }));
  const limit = { limit: 1e9, window: 900, keyPrefix: 'rl:' };
  await new now.SessionCacheClient(kv).set('token', session);
  await new now.SessionCacheClient(kv, { hashTokens: true }).set('token', session);
  await new now.CacheClient(kv).set('posts', posts, 300);
  const calls = {
    'session hit': ({ SessionCacheClient }) => new SessionCacheClient(kv).get('token'),
    'session hit, hashTokens': ({ SessionCacheClient }) =>
      new SessionCacheClient(kv, { hashTokens: true }).get('token'),
    'getOrSet hit': ({ CacheClient }) => new CacheClient(kv).getOrSet('posts', 300, () => posts),
    checkLimit: ({ RateLimiterClient }) => new RateLimiterClient(kv).checkLimit('id', limit),
  };
  for (const [name, call] of Object.entries(calls)) {
    const { quartiles, medians } = await compare(
      () => call(now),
      () => call(before),
    );
    const [low, median, high] = quartiles.map((ratio) => ratio.toFixed(3));
    console.log(
      `${name.padEnd(24)} ${median} of before, quartiles ${low} to ${high} (${medians[1].toFixed(2)} µs, now ${medians[0].toFixed(2)})`,
    );
  }
}

// Rounds are short and take turns in going first; each is compared with its neighbour, so that what disturbs the
// machine for longer than two rounds does not count.
async function compare(a, b) {
  for (let n = 0; n < 10; n++) for (const call of [a, b]) await round(call);
  const times = [[], []];
  for (let n = 0; n < ROUNDS; n++) {
    for (const who of n % 2 ? [0, 1] : [1, 0]) times[who].push(await round(who ? b : a));
  }
  const ratios = times[0].map((time, n) => time / times[1][n]);
  return {
    quartiles: [0.25, 0.5, 0.75].map((q) => quantile(ratios, q)),
    medians: times.map((of) => quantile(of, 0.5)),
  };
}

async function round(call) {
  const start = performance.now();
  for (let n = 0; n < CALLS; n++) await call();
  return ((performance.now() - start) / CALLS) * 1_000;
}

function quantile(values, q) {
  return values.toSorted((x, y) => x - y)[Math.floor(q * (values.length - 1))];
}
