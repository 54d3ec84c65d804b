import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { CounterClient, type ObjectHandle } from '@codex/cloudflare-clients';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { countedObjects, failure, intercepted } from '../../support/interception.js';
import type { Calls } from '../../support/rpc.js';
import { nothing, stored, stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { COORDINATION_DO } = env as { COORDINATION_DO: ObjectHandle };
const stub = (name: string) => stubOf(COORDINATION_DO, `counter:${name}`);
const MAX = Number.MAX_SAFE_INTEGER;
const [TWO_MINUTES, TEN_MINUTES] = [120_000, 600_000];
const sum = (sizes: number[]) => sizes.reduce((all, size) => all + size, 0);

describe('CounterClient', () => {
  const counters = new CounterClient(COORDINATION_DO);
  const clock = stoppedClock();

  it('counts up, down and from 0', async () => {
    const name = unique();
    expect(await counters.get(name)).toBe(0);
    expect(await stored(stub(name))).toEqual(nothing);
    expect(await counters.increment(name)).toBe(1);
    expect(await counters.increment(name, 41)).toBe(42);
    expect(await counters.increment(name, -50)).toBe(-8);
    expect(await counters.increment(name, 0)).toBe(-8);
    expect(await counters.get(name)).toBe(-8);
    expect(await counters.get(unique())).toBe(0);
  });

  it('tells keys apart that a weak hash does not, since who chooses a part of a key can find such', async () => {
    const name = unique();
    const keyed = (key: string) => counters.increment(name, 5, { idempotencyKey: key });
    expect(await keyed('8yn0iYCKYHlIj4-BwPqk:order')).toBe(5);
    expect(await keyed('GReLUrM4wMqfg9yzV3KQ:order')).toBe(10);
  });

  it('refuses a key that looks like one of its own', async () => {
    expect(await code(counters.increment(unique(), 1, { idempotencyKey: '\u0001key' }))).toBe('invalid_key');
  });

  it('loses none of 1,000 at once', async () => {
    const name = unique();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => counters.increment(name)));
    expect(new Set(answers).size).toBe(1_000);
    expect(await counters.get(name)).toBe(1_000);
  });

  it('counts calls with the same key once, for ten minutes', async () => {
    const name = unique();
    const once = () => counters.increment(name, 5, { idempotencyKey: 'order-1' });
    expect(await Promise.all([once(), once(), once()])).toEqual([5, 5, 5]);
    expect(await counters.increment(name)).toBe(6);
    expect(await once()).toBe(5);
    await evictDurableObject(stub(name));
    clock.at(TEN_MINUTES - 1);
    expect(await once()).toBe(5);
    expect(await counters.get(name)).toBe(6);
    clock.at(TEN_MINUTES);
    expect(await once()).toBe(11);
  });

  it('remembers a thousand keys at least, and never two thousand that are older than seven minutes', async () => {
    const name = unique();
    const keyed = (key: string) => counters.increment(name, 1, { idempotencyKey: key });
    const many = async (key: string, calls: number) => {
      for (let n = 0; n < calls; n++) {
        await keyed(`${key} ${n}`);
        clock.pass(1);
      }
    };
    await many('a', 901);
    expect(await keyed('a 0')).toBe(1);
    clock.at(422_000);
    await many('b', 1_200);
    expect(await counters.get(name)).toBe(2_101);
    const { values } = await stored(stub(name));
    // A call takes some 24 bytes.
    expect(sum(Object.values(values))).toBeLessThan(1_500 * 27);
    // The oldest of a thousand.
    expect(await keyed('b 200')).toBe(901 + 201);
    expect(await keyed('a 0')).toBe(2_102);
  });

  it('refuses a key that was used for another amount, and counts nothing', async () => {
    const name = unique();
    await counters.increment(name, 2, { idempotencyKey: 'order' });
    expect(await code(counters.increment(name, 3, { idempotencyKey: 'order' }))).toBe('invalid_key');
    expect(await counters.increment(name, 2, { idempotencyKey: 'order' })).toBe(2);
  });

  it('counts a call once whose reply was lost', async () => {
    let calls = 0;
    const objects = intercepted(COORDINATION_DO, async ({ deliver }) => {
      calls += 1;
      if (calls % 3 === 1) throw failure({ retryable: true });
      const answer = await deliver();
      if (calls % 3 === 2) throw failure({ retryable: true });
      return answer;
    });
    const flaky = new CounterClient(objects);
    const name = unique();
    for (let i = 1; i <= 5; i++) expect(await flaky.increment(name)).toBe(i);
    await flaky.reset(name);
    expect(await flaky.get(name)).toBe(0);
  });

  it('stays within the safe integers', async () => {
    const name = unique();
    expect(await counters.increment(name, MAX)).toBe(MAX);
    expect(await code(counters.increment(name))).toBe('limit_exceeded');
    expect(await counters.get(name)).toBe(MAX);
    expect(await counters.increment(name, -MAX)).toBe(0);
    expect(await counters.increment(name, -MAX)).toBe(-MAX);
    expect(await code(counters.increment(name, -1))).toBe('limit_exceeded');
  });

  it('keeps a counter until it is reset, and then nothing when its keys have ended', async () => {
    const name = unique();
    await counters.increment(name, 7, { idempotencyKey: 'key' });
    // It never ends, so nothing is to be done.
    expect((await stored(stub(name))).alarm).toBeNull();
    clock.at(1e9);
    expect(await counters.get(name)).toBe(7);
    await evictDurableObject(stub(name));
    expect(await counters.get(name)).toBe(7);
    expect(await counters.reset(name)).toBeUndefined();
    expect(await counters.get(name)).toBe(0);
    expect((await stored(stub(name))).alarm).toBe(clock.start + 1e9 + TWO_MINUTES);
    clock.at(1e9 + TWO_MINUTES);
    await runDurableObjectAlarm(stub(name));
    expect(await stored(stub(name))).toEqual(nothing);
    expect(await counters.increment(name)).toBe(1);
  });

  it('keeps a counter that was counted on after its reset, when the alarm of that rings', async () => {
    const name = unique();
    await counters.increment(name, 7);
    await counters.reset(name);
    await counters.increment(name, 5, { idempotencyKey: 'key' });
    clock.at(TEN_MINUTES);
    await runDurableObjectAlarm(stub(name));
    expect(await counters.get(name)).toBe(5);
    expect((await stored(stub(name))).alarm).toBeNull();
    await counters.reset(name);
    expect((await stored(stub(name))).alarm).toBe(clock.start + TEN_MINUTES + TWO_MINUTES);
  });

  it('remembers a reset of nothing, so that a copy which comes late does not reset what is counted by then', async () => {
    const name = unique();
    const reset = () => (stub(name) as Calls).reset?.('\u0001reset', clock.start);
    expect(await reset()).toMatchObject({ ok: true, value: null });
    expect((await stored(stub(name))).alarm).toBe(clock.start + TWO_MINUTES);
    expect(await counters.increment(name)).toBe(1);
    clock.at(60_000);
    expect(await reset()).toMatchObject({ ok: true });
    expect(await counters.get(name)).toBe(1);
    await counters.reset(name);
    clock.at(60_000 + TWO_MINUTES);
    await runDurableObjectAlarm(stub(name));
    expect(await stored(stub(name))).toEqual(nothing);
  });

  it('refuses bad input, and asks nobody', async () => {
    const { objects, count } = countedObjects(COORDINATION_DO);
    const client = new CounterClient(objects);
    for (const name of ['', '..', 7, null, undefined, '\udfff', 'n'.repeat(513)]) {
      for (const method of ['increment', 'get', 'reset'] as const) {
        expect(await code(client[method](name as never))).toBe('invalid_key');
      }
    }
    for (const by of [0.5, Number.NaN, Infinity, MAX + 1, '1', null, 1n]) {
      expect(await code(client.increment('a', by as never))).toBe('invalid_value');
    }
    for (const idempotencyKey of ['', 7, null, 'k'.repeat(513), '\ud800']) {
      expect(await code(client.increment('a', 1, { idempotencyKey } as never))).toBe('invalid_key');
    }
    expect(count).toEqual({});
  });

  it('does what a plain model says', async () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add', 'reset', 'evict', 'alarm'),
      by: fc.integer({ min: -100, max: 100 }),
      key: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
      wait: fc.oneof(fc.nat(1_000), fc.nat(TEN_MINUTES)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const name = unique();
        const known = new Map<string, { value: number; until: number }>();
        let [now, value] = [0, 0];
        for (const { what, by, key, wait } of steps) {
          now += wait;
          clock.at(now);
          if (what === 'add') {
            // A key is of one call.
            const ofCall = key === undefined ? undefined : `${key} ${by}`;
            const seen = ofCall === undefined ? undefined : known.get(ofCall);
            const repeated = seen && now < seen.until;
            if (!repeated) value += by;
            if (!repeated && ofCall !== undefined) known.set(ofCall, { value, until: now + TEN_MINUTES });
            const options = ofCall === undefined ? {} : { idempotencyKey: ofCall };
            expect(await counters.increment(name, by, options)).toBe(repeated ? seen.value : value);
          } else if (what === 'reset') {
            await counters.reset(name);
            value = 0;
          } else if (what === 'evict') {
            await evictDurableObject(stub(name)).catch(() => {});
          } else {
            await runDurableObjectAlarm(stub(name));
          }
          expect(await counters.get(name)).toBe(value);
        }
      }),
      { numRuns: 30 },
    );
  });
});
