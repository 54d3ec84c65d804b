// Ten thousand random inputs for each public function: a value or a typed error, never a panic or silence.
import {
  CacheClient,
  CloudflareClientsError,
  clientKey,
  KVClient,
  RateLimiterClient,
  rateLimitHeaders,
  SessionCacheClient,
} from '@codex/cloudflare-clients';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveness } from '../../support/internal.js';
import { MockKV } from '../../support/mock_kv.js';

const RUNS = 10_000;
const kv = new MockKV();
// What comes close to being right finds more than what is merely wild.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.constantFrom('', '.', '..', 'k', '__proto__'),
);
const wild = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withTypedArray: true,
  maxDepth: 3,
});
const key = fc.oneof({ weight: 4, arbitrary: text }, wild);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -0, 1, 60, Number.NaN, Infinity), wild);
const date = fc.oneof(fc.date({ noInvalidDate: false }), fc.string(), fc.date().map(String), wild);
const session = fc.oneof(
  fc.record({ session: fc.record({ expiresAt: date, userId: key }), user: fc.record({ id: key }) }),
  wild,
);
const config = fc.oneof(
  fc.record({
    limit: number,
    window: number,
    keyPrefix: key,
    algorithm: fc.constantFrom(undefined, 'fixed-window', 'x'),
  }),
  wild,
);
const value = fc.oneof(fc.jsonValue(), wild);

// A double that can be listed, and has nothing to list.
const listing = () => Object.assign(new MockKV(), { list: async () => ({ keys: [], list_complete: true }) });

/** Ends, with a value or with an error of ours; `panic` is none of those. */
async function ends(start: () => unknown): Promise<void> {
  try {
    await start();
  } catch (error) {
    expect(error).toBeInstanceOf(CloudflareClientsError);
    expect((error as CloudflareClientsError).code).not.toBe('panic');
  }
}

function cases(): Record<string, () => fc.IAsyncProperty<unknown[]>> {
  // Whatever types the arguments have, as in JavaScript.
  const loose = <T>(client: T) => client as Record<keyof T, (...args: unknown[]) => unknown>;
  const sessions = loose(new SessionCacheClient(listing()));
  const limiter = loose(new RateLimiterClient(kv));
  const cache = loose(new CacheClient(listing()));
  const basics = loose(new KVClient(listing()));
  const property = (call: (...args: unknown[]) => unknown, ...args: fc.Arbitrary<unknown>[]) =>
    fc.asyncProperty(fc.tuple(...args), (given) => ends(() => call(...given)));
  return {
    'session.get': () => property((t) => sessions.get(t), key),
    'session.set': () => property((t, s) => sessions.set(t, s), key, session),
    'session.delete': () => property((t) => sessions.delete(t), key),
    'session.deleteUserSessions': () => property((u) => sessions.deleteUserSessions(u), key),
    'limiter.checkLimit': () =>
      property((i, c, cost) => limiter.checkLimit(i, c, { cost }), key, config, number),
    'limiter.peek': () => property((i, c) => limiter.peek(i, c), key, config),
    'limiter.reset': () => property((i, p) => limiter.reset(i, p), key, key),
    'cache.get': () => property((k) => cache.get(k), key),
    'cache.getMany': () =>
      property((ks) => cache.getMany(ks), fc.oneof(fc.array(key, { maxLength: 5 }), wild)),
    'cache.set': () => property((k, v, ttl) => cache.set(k, v, ttl), key, value, number),
    'cache.delete': () => property((k) => cache.delete(k), key),
    'cache.deleteMany': () =>
      property((ks) => cache.deleteMany(ks), fc.oneof(fc.array(key, { maxLength: 5 }), wild)),
    'cache.getOrSet': () =>
      property(
        (k, ttl, v, o) => cache.getOrSet(k, ttl, () => v, o),
        key,
        number,
        value,
        fc.oneof(fc.record({ joinTimeoutMs: number }), wild),
      ),
    'cache.clear': () => property((prefix, cursor) => cache.clear({ prefix, cursor }), key, key),
    'kv.get': () =>
      property((k, t) => basics.get(k, t), key, fc.oneof(fc.constantFrom('text', 'json'), wild)),
    'kv.getWithMetadata': () => property((k) => basics.getWithMetadata(k), key),
    'kv.put': () =>
      property(
        (k, v, o) => basics.put(k, v, o),
        key,
        fc.oneof(fc.string(), wild),
        fc.oneof(fc.record({ expirationTtl: number, expiration: number, metadata: wild }), wild),
      ),
    'kv.delete': () => property((k) => basics.delete(k), key),
    'kv.list': () =>
      property(
        (o) => (basics.list(o) as AsyncGenerator).next(),
        fc.oneof(fc.record({ prefix: key, pageSize: number }), wild),
      ),
    clientKey: () => property((a) => loose({ clientKey }).clientKey(a), fc.oneof(key, fc.ipV4(), fc.ipV6())),
    rateLimitHeaders: () =>
      property(
        (r, c) => loose({ rateLimitHeaders }).rateLimitHeaders(r, c),
        fc.oneof(
          fc.record({ allowed: wild, remaining: number, resetAt: number, retryAfterSeconds: number }),
          wild,
        ),
        config,
      ),
    'what KV answers': () =>
      property(
        async (stored) => {
          const answering = {
            get: async () => stored,
            getWithMetadata: async () => stored,
            put: async () => stored,
            delete: async () => stored,
            list: async () => stored,
          };
          await ends(() => new SessionCacheClient(answering as never).get('t'));
          await ends(() => new SessionCacheClient(answering as never).deleteUserSessions('u'));
          await ends(() => new CacheClient(answering as never).getOrSet('k', 60, () => 1));
          await ends(() => new CacheClient(answering as never).getMany(['a', 'b']));
          await ends(() =>
            new RateLimiterClient(answering as never).checkLimit('i', {
              limit: 1,
              window: 1,
              keyPrefix: 'p',
            }),
          );
        },
        fc.oneof(
          wild,
          fc.json(),
          fc.record({ value: fc.oneof(wild, fc.json()), metadata: wild }),
          fc.record({
            keys: fc.array(fc.oneof(wild, fc.record({ name: key, metadata: wild }))),
            list_complete: wild,
            cursor: key,
          }),
        ),
      ),
  };
}

describe('random inputs', () => {
  it.each(Object.entries(cases()))('%s', { timeout: 60_000 }, async (_, property) => {
    await fc.assert(property(), { numRuns: RUNS });
    expect(liveness().tasks).toBe(0);
  });
});
