// What the objects of limits, locks and counters do with whatever a Worker that has the binding sends them.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import type {
  CoordinationDurableObject,
  RateLimitDurableObject,
  Reply,
} from '@codex/cloudflare-clients/durable-objects';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { memoryBytes } from '../../support/objects_memory.js';
import { nothing, rows, stored, stubOf } from '../../support/stored.js';
import { stopClock } from '../../support/time.js';

const { RATE_LIMIT_DO, COORDINATION_DO } = env as Record<string, ObjectHandle>;
type Calls = Record<string, (...args: unknown[]) => Promise<Reply<unknown>>>;
const limits = (name: string) => stubOf(RATE_LIMIT_DO as ObjectHandle, name) as unknown as Calls;
const coordination = (name: string) => stubOf(COORDINATION_DO as ObjectHandle, name) as unknown as Calls;

type LimitMethod = Exclude<keyof RateLimitDurableObject, 'alarm' | 'fetch' | symbol>;
type CoordinationMethod = Exclude<keyof CoordinationDurableObject, 'alarm' | 'fetch' | symbol>;

const five = { limit: 5, window: 60, keyPrefix: 'rl:' };

/** What structured cloning lets through. */
const wild = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, maxDepth: 2 }),
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    '\ud800',
    Number.NaN,
    -0,
    Number.POSITIVE_INFINITY,
    'x'.repeat(600),
    [],
    [[]],
    {},
  ),
);

async function refused(reply: Promise<Reply<unknown>>, codes: string[]): Promise<void> {
  const answer = await reply;
  expect(answer).toMatchObject({ ok: false, message: expect.any(String) });
  expect(codes).toContain((answer as { code: string }).code);
}

describe('RateLimitDurableObject by RPC', () => {
  const bad = ['invalid_limit', 'invalid_key', 'unsupported'];
  const badLimits: unknown[] = [
    undefined,
    null,
    7,
    'five',
    {},
    [],
    { ...five, limit: 0 },
    { ...five, limit: '5' },
    { ...five, limit: 5n },
    { ...five, limit: 2 ** 53 },
    { ...five, window: 0.5 },
    { ...five, window: null },
    { ...five, keyPrefix: 7 },
    { ...five, keyPrefix: null },
    { ...five, keyPrefix: 'x'.repeat(513) },
    { ...five, keyPrefix: '\ud800..' },
    { ...five, algorithm: 'leaky-bucket' },
    { ...five, algorithm: 1 },
    () => five,
    new Map(Object.entries(five)),
  ];

  it('refuses what is no limit, and stores nothing', async () => {
    const name = unique();
    const object = limits(name);
    for (const limit of badLimits) {
      await refused(object.check?.([limit], 1, 1) as never, bad);
      await refused(object.peek?.(limit) as never, bad);
      await refused(object.refund?.(limit, 1, 1) as never, bad);
      await refused(object.penalize?.(limit, 1, 1) as never, bad);
    }
    for (const list of [undefined, null, five, 'x', [], [five, five], Array(17).fill(five), [five, null]]) {
      await refused(object.check?.(list, 1, 1) as never, bad);
    }
    for (const cost of [undefined, null, 0, 6, 1.5, '1', Number.NaN, -1]) {
      await refused(object.check?.([five], cost, 1) as never, bad);
      await refused(object.refund?.(five, cost, 1) as never, bad);
      await refused(object.penalize?.(five, cost, 1) as never, bad);
    }
    for (const id of [undefined, null, 'id', 0.5, -1, Number.NaN, Infinity]) {
      await refused(object.check?.([five], 1, id) as never, bad);
    }
    for (const prefix of [undefined, null, 7, 'x'.repeat(513), '\ud800..', {}]) {
      await refused(object.reset?.(prefix) as never, bad);
    }
    expect(await stored(object)).toEqual(nothing);
  });

  it('takes no memory for what is too long', async () => {
    const object = limits(unique());
    await object.check?.([five], 1, 1);
    const before = memoryBytes();
    const long = 'x'.repeat(10_000_000);
    await refused(object.check?.([{ ...five, algorithm: long }], 1, 2) as never, ['unsupported']);
    await refused(object.check?.([{ ...five, keyPrefix: long }], 1, 2) as never, ['invalid_key']);
    await refused(object.reset?.(long) as never, ['invalid_key']);
    expect(before).toBeGreaterThan(0);
    expect(memoryBytes()).toBe(before);
  });

  it('knows a call whose window has ended meanwhile', async () => {
    const clock = stopClock();
    const stub = stubOf(RATE_LIMIT_DO as ObjectHandle, unique());
    const object = stub as unknown as Calls;
    for (const [i, config] of [five, { ...five, keyPrefix: 'short:', window: 1 }].entries()) {
      const ends = Date.now() + config.window * 1_000;
      await object.check?.([config], 1, 10 * i + 1);
      clock.at(ends - clock.start - 100);
      await object.check?.([config], 1, 10 * i + 2);
      // The reply was lost: the client asks again, and the alarm was faster.
      clock.at(ends - clock.start + 100);
      await runDurableObjectAlarm(stub);
      await object.check?.([config], 1, 10 * i + 2);
      expect(await object.peek?.(config)).toMatchObject({
        ok: true,
        value: [1, 5, expect.any(Number), 0, 0],
      });
    }
  });

  it('counts nothing of what it refused', async () => {
    const object = limits(unique());
    await object.check?.([five], 3, 1);
    await refused(
      object.check?.(
        [
          { ...five, keyPrefix: 'other:' },
          { ...five, limit: 2 },
        ],
        3,
        2,
      ) as never,
      bad,
    );
    expect(await object.peek?.(five)).toMatchObject({ ok: true, value: [1, 2, expect.any(Number), 0, 0] });
    expect(await object.peek?.({ ...five, keyPrefix: 'other:' })).toMatchObject({
      value: [1, 5, expect.any(Number), 0, 0],
    });
  });

  // RPC offers the methods of prototypes, whatever TypeScript calls protected.
  it('offers what its client calls, and nothing that would empty it', async () => {
    const offered = (stub: object) =>
      runInDurableObject(stub, (instance) => {
        const own = Object.getPrototypeOf(instance);
        const names = [own, Object.getPrototypeOf(own)].flatMap(Object.getOwnPropertyNames);
        return [...new Set(names)].filter((name) => !['constructor', 'alarm'].includes(name));
      });
    expect(await offered(limits(unique()))).toEqual(['check', 'peek', 'refund', 'penalize', 'reset']);
    expect(await offered(coordination(unique()))).toEqual([
      'acquire',
      'extend',
      'release',
      'increment',
      'count',
      'reset',
    ]);
  });

  it('answers anything at all', async () => {
    const object = limits(unique());
    const methods: LimitMethod[] = ['check', 'peek', 'refund', 'penalize', 'reset'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...methods),
        fc.array(wild, { maxLength: 4 }),
        async (method, args) => {
          const reply = await sent(() => object[method]?.(...args));
          expect(reply === undefined || typeof reply.ok === 'boolean').toBe(true);
        },
      ),
      { numRuns: 300 },
    );
    expect(await object.check?.([five], 1, 1)).toMatchObject({ ok: true });
  });
});

describe('CoordinationDurableObject by RPC', () => {
  it('refuses what is no holder, TTL, amount or key, and stores nothing', async () => {
    const object = coordination(unique());
    for (const text of [undefined, null, '', 7, {}, [], 'x'.repeat(513)]) {
      await refused(object.acquire?.(text, 1) as never, ['invalid_value']);
      await refused(object.extend?.(text, 1) as never, ['invalid_value']);
      await refused(object.release?.(text, 'call') as never, ['invalid_value']);
      await refused(object.release?.('holder', text) as never, ['invalid_value']);
      await refused(object.increment?.(1, text) as never, ['invalid_key']);
      await refused(object.reset?.(text) as never, ['invalid_key']);
    }
    for (const ttl of [undefined, null, 0, -1, '5', Number.NaN, Infinity, 1e12]) {
      await refused(object.acquire?.('holder', ttl) as never, ['invalid_ttl']);
      await refused(object.extend?.('holder', ttl) as never, ['invalid_ttl']);
    }
    for (const by of [undefined, null, 0.5, '1', 2 ** 53, Number.NaN, 1n]) {
      await refused(object.increment?.(by, 'key') as never, ['invalid_value']);
    }
    expect(await stored(object)).toEqual(nothing);
  });

  it('takes no memory for what is too long', async () => {
    const object = coordination(unique());
    await object.increment?.(1, 'key');
    const before = memoryBytes();
    // More than the limits' objects may have left free.
    const long = 'x'.repeat(25_000_000);
    await refused(object.acquire?.(long, 1) as never, ['invalid_value']);
    await refused(object.increment?.(1, long) as never, ['invalid_key']);
    expect(memoryBytes()).toBe(before);
  });

  it('answers anything at all, and goes on', async () => {
    const object = coordination(unique());
    const methods: CoordinationMethod[] = ['acquire', 'extend', 'release', 'increment', 'count', 'reset'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...methods),
        fc.array(wild, { maxLength: 3 }),
        async (method, args) => {
          const reply = await sent(() => object[method]?.(...args));
          expect(reply === undefined || typeof reply.ok === 'boolean').toBe(true);
        },
      ),
      { numRuns: 300 },
    );
    expect(await object.increment?.(1, 'key')).toMatchObject({ ok: true });
  });

  it('does all of a call or nothing', async () => {
    const object = coordination(unique());
    const failing = async (table: string, call: () => Promise<unknown> | undefined) => {
      const exec = (sql: string) => rows(object, sql);
      await exec(`CREATE TRIGGER full BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
      const before = [await exec('SELECT * FROM lock'), await exec('SELECT * FROM counter')];
      expect(await call()).toMatchObject({ ok: false, code: 'object_unavailable' });
      expect([await exec('SELECT * FROM lock'), await exec('SELECT * FROM counter')]).toEqual(before);
      await exec('DROP TRIGGER full');
    };
    await object.acquire?.('holder', 600);
    await failing('alarm', () => object.extend?.('holder', 1));
    await failing('alarm', () => object.release?.('holder', 'call'));
    expect(await object.release?.('holder', 'call')).toEqual({ ok: true, value: true });
    await object.increment?.(3, 'key');
    await failing('keys', () => object.reset?.('other key'));
    expect(await object.count?.()).toEqual({ ok: true, value: 3 });
  });

  it('keeps a lock and a counter of one object apart', async () => {
    const object = coordination(unique());
    expect(await object.acquire?.('holder', 60)).toMatchObject({
      ok: true,
      value: [expect.any(Number), expect.any(Number)],
    });
    expect(await object.increment?.(3, 'key')).toEqual({ ok: true, value: 3 });
    expect(await object.reset?.('other key')).toEqual({ ok: true, value: null });
    expect(await object.acquire?.('other', 60)).toMatchObject({ value: [expect.any(Number)] });
    expect(await object.release?.('holder', 'call')).toEqual({ ok: true, value: true });
  });
});

/** A reply, or undefined for what cannot be sent at all. */
async function sent(call: () => Promise<Reply<unknown>> | undefined): Promise<Reply<unknown> | undefined> {
  try {
    return await call();
  } catch (error) {
    if ((error as Error).name === 'DataCloneError') return undefined;
    throw error;
  }
}
