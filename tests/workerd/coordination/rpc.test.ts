// What the objects of locks and counters do with whatever a Worker that has the binding sends them.
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import type { CoordinationDurableObject } from '@codex/cloudflare-clients/durable-objects';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { memoryBytes } from '../../support/objects_memory.js';
import { type Calls, offered, refused, sent, wild } from '../../support/rpc.js';
import { storedIn } from '../../support/snapshots.js';
import { failing, failureOf, nothing, stored, stubOf } from '../../support/stored.js';

const { COORDINATION_DO } = env as { COORDINATION_DO: ObjectHandle };
const coordination = (name: string) => stubOf(COORDINATION_DO, name) as unknown as Calls;

type CoordinationMethod = Exclude<keyof CoordinationDurableObject, 'alarm' | 'fetch' | symbol>;

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

  it('offers what its clients call, and nothing that would empty it', async () => {
    const methods = ['acquire', 'extend', 'release', 'increment', 'count', 'reset'];
    expect(await offered(coordination(unique()))).toEqual(methods);
  });

  it('answers anything at all, and goes on', async () => {
    const object = coordination(unique());
    const methods: CoordinationMethod[] = ['acquire', 'extend', 'release', 'increment', 'count', 'reset'];
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
    expect(await object.increment?.(1, 'key')).toMatchObject({ ok: true });
  });

  it('does all of a call or nothing', async () => {
    const name = unique();
    const failed = async (write: 'put' | 'setAlarm', call: () => Promise<unknown> | undefined) => {
      const before = await storedIn(coordination(name));
      const mend = await failing(coordination(name), write);
      expect(await failureOf(call())).toMatch(/^(object_unavailable|a write failed half way)$/);
      mend();
      expect(await storedIn(coordination(name))).toEqual(before);
    };
    await coordination(name).acquire?.('holder', 600);
    await failed('put', () => coordination(name).extend?.('holder', 1));
    await failed('setAlarm', () => coordination(name).extend?.('holder', 1));
    await failed('put', () => coordination(name).release?.('holder', 'call'));
    await failed('setAlarm', () => coordination(name).release?.('holder', 'call'));
    await failed('put', () => coordination(name).release?.('holder', 'call', undefined, true));
    expect(await coordination(name).release?.('holder', 'call')).toMatchObject({ ok: true, value: true });
    await failed('put', () => coordination(name).increment?.(3, 'key'));
    await coordination(name).increment?.(3, 'key');
    await failed('put', () => coordination(name).reset?.('other key'));
    expect(await coordination(name).count?.()).toMatchObject({ ok: true, value: 3 });
  });

  it('keeps a lock and a counter of one object apart', async () => {
    const object = coordination(unique());
    expect(await object.acquire?.('holder', 60)).toMatchObject({
      ok: true,
      value: [expect.any(Number), expect.any(Number)],
    });
    expect(await object.increment?.(3, 'key')).toMatchObject({ ok: true, value: 3 });
    expect(await object.reset?.('other key')).toMatchObject({ ok: true, value: null });
    expect(await object.acquire?.('other', 60)).toMatchObject({ value: [expect.any(Number)] });
    expect(await object.release?.('holder', 'call')).toMatchObject({ ok: true, value: true });
  });
});
