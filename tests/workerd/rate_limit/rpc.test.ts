// What the objects of limits do with whatever a Worker that has the binding sends them.
import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import type { RateLimitDurableObject } from '@codex/cloudflare-clients/durable-objects';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { memoryBytes } from '../../support/objects_memory.js';
import { type Calls, offered, refused, sent, wild } from '../../support/rpc.js';
import { nothing, stored, stubOf } from '../../support/stored.js';
import { stopClock } from '../../support/time.js';

const { RATE_LIMIT_DO } = env as { RATE_LIMIT_DO: ObjectHandle };
const limits = (name: string) => stubOf(RATE_LIMIT_DO, name) as unknown as Calls;

type LimitMethod = Exclude<keyof RateLimitDurableObject, 'alarm' | 'fetch' | symbol>;

const five = { limit: 5, window: 60, keyPrefix: 'rl:' };

describe('RateLimitDurableObject by RPC', () => {
  const bad = ['invalid_limit', 'invalid_key', 'unsupported'];
  const badLimits: unknown[] = [
    undefined,
    null,
    7,
    'five',
    {},
    [],
    { ...five, limit: -1 },
    { ...five, limit: '5' },
    { ...five, limit: 5n },
    { ...five, limit: 2 ** 53 },
    { ...five, window: 0.5 },
    { ...five, window: 2_678_401 },
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
    for (const cost of [undefined, null, 0, 2 ** 53, 1.5, '1', Number.NaN, -1]) {
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
    const stub = stubOf(RATE_LIMIT_DO, unique());
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
    const both = [
      { ...five, keyPrefix: 'other:' },
      { ...five, limit: 2 },
    ];
    expect(await object.check?.(both, 3, 2)).toMatchObject({
      ok: true,
      value: [0, 0, expect.any(Number), 60_000, 1],
    });
    expect(await object.peek?.(five)).toMatchObject({ ok: true, value: [1, 2, expect.any(Number), 0, 0] });
    expect(await object.peek?.({ ...five, keyPrefix: 'other:' })).toMatchObject({
      value: [1, 5, expect.any(Number), 0, 0],
    });
  });

  it('offers what its client calls, and nothing that would empty it', async () => {
    expect(await offered(limits(unique()))).toEqual(['check', 'peek', 'refund', 'penalize', 'reset']);
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
