// Ten thousand random inputs, and random answers of objects, for limits, locks and counters: a value or a
// typed error, never a panic or silence.
import {
  CloudflareClientsError,
  CounterClient,
  LockClient,
  RateLimiterClient,
} from '@codex/cloudflare-clients';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveness } from '../../support/internal.js';

const wild = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withTypedArray: true,
  maxDepth: 3,
});
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 600 }) },
  fc.constantFrom('', '.', 'k', '__proto__'),
  wild,
);
const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 1, 60, Number.NaN, Infinity, 2 ** 53),
  wild,
);
const config = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      limit: fc.oneof(fc.integer({ min: 1, max: 9 }), number),
      window: fc.oneof(fc.integer({ min: 1, max: 9 }), number),
      keyPrefix: text,
      algorithm: fc.constantFrom(undefined, 'fixed-window', 'sliding-window', 'token-bucket', 'x'),
    }),
  },
  wild,
);
const reply = fc.oneof(
  wild,
  fc.record({ ok: fc.boolean(), value: wild, code: text, message: text }),
  fc.record({ ok: fc.constant(true), value: fc.array(number, { maxLength: 6 }) }),
);

// An object that answers what it is given, or throws it.
function namespace(answer: unknown, throws = false) {
  const method = async () => {
    if (throws) throw answer;
    return answer;
  };
  const stub = new Proxy({}, { get: () => method });
  return { idFromName: (name: string) => ({ name }), get: () => stub };
}

async function ends(start: () => unknown): Promise<void> {
  try {
    await start();
  } catch (error) {
    expect(error).toBeInstanceOf(CloudflareClientsError);
    expect((error as CloudflareClientsError).code).not.toBe('panic');
  }
}

const loose = <T>(client: T) => client as Record<keyof T, (...args: unknown[]) => unknown>;
const limited = loose(new RateLimiterClient(namespace({ ok: true, value: [0, 1, 2, 3_000, 0] })));
const locks = loose(new LockClient(namespace({ ok: true, value: [7, 8] })));
const counters = loose(new CounterClient(namespace({ ok: true, value: 3 })));
const lock = fc.oneof(fc.record({ name: text, fence: number, expiresAt: number, holder: text }), wild);
const acquire = fc.oneof(fc.record({ ttlSeconds: number, waitMs: fc.oneof(fc.constant(0), text) }), wild);

const cases: Record<string, [fc.Arbitrary<unknown>[], (...args: unknown[]) => unknown]> = {
  'limiter.checkLimit': [[text, config, number], (i, c, cost) => limited.checkLimit(i, c, { cost })],
  'limiter.checkLimits': [
    [text, fc.oneof(fc.array(config, { maxLength: 18 }), wild), number],
    (i, c, cost) => limited.checkLimits(i, c, { cost }),
  ],
  'limiter.peek': [[text, config], (i, c) => limited.peek(i, c)],
  'limiter.refund': [[text, config, number], (i, c, n) => limited.refund(i, c, n)],
  'limiter.penalize': [[text, config, number], (i, c, n) => limited.penalize(i, c, n)],
  'limiter.reset': [[text, text], (i, p) => limited.reset(i, p)],
  'locks.acquire': [[text, acquire], (n, o) => locks.acquire(n, o)],
  'locks.extend': [[lock, number], (l, n) => locks.extend(l, n)],
  'locks.release': [[lock], (l) => locks.release(l)],
  'locks.withLock': [[text, acquire], (n, o) => locks.withLock(n, o, () => 1)],
  'counters.increment': [
    [text, number, text],
    (n, by, idempotencyKey) => counters.increment(n, by, { idempotencyKey }),
  ],
  'counters.get': [[text], (n) => counters.get(n)],
  'counters.reset': [[text], (n) => counters.reset(n)],
  'what objects answer, or throw': [
    [reply, fc.boolean()],
    async (answer, throws) => {
      const objects = namespace(answer, throws === true);
      const limit = { limit: 1, window: 1, keyPrefix: 'p' };
      const held = { name: 'a', fence: 1, expiresAt: 1, holder: 'h' };
      await ends(() => new RateLimiterClient(objects).checkLimit('i', limit));
      await ends(() => new RateLimiterClient(objects, { onUnavailable: 'allow' }).peek('i', limit));
      await ends(() => new LockClient(objects).acquire('a', { ttlSeconds: 1 }));
      await ends(() => new LockClient(objects).extend(held, 1));
      await ends(() => new LockClient(objects).release(held));
      await ends(() => new CounterClient(objects).increment('a'));
    },
  ],
};

describe('random inputs', () => {
  it.each(Object.entries(cases))('%s', { timeout: 60_000 }, async (_, [given, call]) => {
    const property = fc.asyncProperty(fc.tuple(...given), (args) => ends(() => call(...args)));
    await fc.assert(property, { numRuns: 10_000 });
    expect(liveness().tasks).toBe(0);
  });
});
