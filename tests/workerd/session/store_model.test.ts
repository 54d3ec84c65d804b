// Random calls against a plain model, with processes that die at any call and time that moves; and every
// place to die in, one after the other.
import { type SessionRecord, SessionStoreClient } from '@codex/cloudflare-clients';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { unique } from '../../support/backend.js';
import { dying, shuffled } from '../../support/interception.js';
import { stoppedClock } from '../../support/time.js';
import { namespace, record, ring } from './objects.js';

const clock = stoppedClock();

vi.setConfig({ testTimeout: 120_000 });

const onEvent = () => {};
const store = new SessionStoreClient(namespace, { onEvent, ttlSeconds: 1_000 });
const TTL = 1_000_000;
const SHORT_TTL = 1_000;

type When = 'before' | 'after';
const WHEN: When[] = ['before', 'after'];

describe.each(WHEN)('a process that dies %s its n-th call', (when) => {
  // What there is, what is done, and what each session may be afterwards.
  const scenes: Record<string, (s: string, one: string, two: string) => [SessionRecord[], Call, string[]]> = {
    'setting a new session': (s, one) => [[], ['set', record(s, one)], ['none', one]],
    'setting a session again': (s, one) => [[record(s, one)], ['set', record(s, one)], [one]],
    'moving a session': (s, one, two) => [[record(s, one)], ['set', record(s, two)], [one, two]],
    'deleting a session': (s, one) => [[record(s, one)], ['delete', s], ['none', one]],
    'revoking all of a customer': (s, one) => [[record(s, one)], ['revokeAll', one], ['none', one]],
    'revoking all of another': (s, one, two) => [[record(s, one)], ['revokeAll', two], [one]],
    'listing after a death': (s, one) => [[record(s, one)], ['list', one], [one]],
  };

  it.each(Object.keys(scenes))('%s', async (name) => {
    for (let n = 1; n <= 6; n++) {
      const [s, one, two] = [unique('s'), unique('one'), unique('two')] as [string, string, string];
      const [before, [method, argument], possible] = (scenes[name] as (typeof scenes)[string])(s, one, two);
      for (const session of before) await store.set(session);
      const process = dying(namespace, n, when);
      const client = new SessionStoreClient(process.objects, { onEvent, ttlSeconds: 1_000 });
      await client[method](argument as never).catch(() => {});
      // The truth is what `get` says; `list` and `revokeAll` must agree.
      const found = await store.get(s);
      expect(possible, `dead ${when} call ${n}`).toContain(found?.customerId ?? 'none');
      for (const customer of [one, two]) {
        const own = found?.customerId === customer ? [found] : [];
        expect(await store.list(customer), `dead ${when} call ${n}`).toEqual(own);
        expect(await store.revokeAll(customer), `dead ${when} call ${n}`).toBe(own.length);
        expect(await store.list(customer)).toEqual([]);
      }
      expect(await store.get(s)).toBeNull();
      if (process.calls() < n) return;
    }
    expect.fail('the call makes more than six calls');
  });
});

type Call = ['set', SessionRecord] | ['delete' | 'revokeAll' | 'list', string];

const IDS = ['a', 'a:b', '__proto__', '🦊'];
const CUSTOMERS = ['a', 'a:b', 'customer:'];
const id = fc.constantFrom(...IDS);
const customer = fc.constantFrom(...CUSTOMERS);
const ttl = fc.constantFrom(TTL, TTL / 4, SHORT_TTL);
const death = fc.option(fc.record({ n: fc.integer({ min: 1, max: 4 }), when: fc.constantFrom(...WHEN) }), {
  freq: 3,
});
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ op: fc.constant('set' as const), id, customer, ttl, death }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('delete' as const), id, death }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('revokeAll' as const), customer, death }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('ring' as const), id, customer }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 31_000, 61_000, TTL - 1, TTL),
    }),
  },
);

it('agrees with a plain model, whatever is called and wherever a process dies', async () => {
  let deaths = 0;
  let alive = 0;
  const steps = fc.array(step, { minLength: 5, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(steps, async (calls) => {
      const world = unique('');
      const own = (name: string) => `${name}${world}`;
      const model = new Map<string, { customer: string; agent: string; ends: number }>();
      const expected = (sessionId: string) => {
        const held = model.get(sessionId);
        return held && held.ends > Date.now() ? held : undefined;
      };
      for (const [i, call] of calls.entries()) {
        if (call.op === 'pass') clock.pass(call.ms);
        if (call.op === 'ring') {
          await ring(`session:${own(call.id)}`);
          await ring(`customer:${own(call.customer)}`);
        }
        if (call.op !== 'pass' && call.op !== 'ring') {
          const { n, when } = call.death ?? { n: Number.POSITIVE_INFINITY, when: 'before' as const };
          const process = dying(namespace, n, when);
          const ttlSeconds = (call.op === 'set' ? call.ttl : TTL) / 1_000;
          const client = new SessionStoreClient(process.objects, { onEvent, ttlSeconds });
          const before = new Map(model);
          let answer: Promise<unknown>;
          if (call.op === 'set') {
            model.set(call.id, { customer: call.customer, agent: `${i}`, ends: Date.now() + call.ttl });
            answer = client.set(record(own(call.id), own(call.customer), { userAgent: `${i}` }));
          } else if (call.op === 'delete') {
            model.delete(call.id);
            answer = client.delete(own(call.id));
          } else {
            const count = IDS.filter((name) => expected(name)?.customer === call.customer).length;
            for (const name of IDS) if (model.get(name)?.customer === call.customer) model.delete(name);
            answer = client.revokeAll(own(call.customer)).then((revoked) => expect(revoked).toBe(count));
          }
          const died = await answer.then(
            () => false,
            (error) => {
              expect(['object_unavailable', 'partial_failure']).toContain(error.code);
              return true;
            },
          );
          if (died) {
            deaths += 1;
            // Each session is as before or as after: what `get` says now holds from now on.
            for (const name of IDS) {
              const agent = (await store.get(own(name)))?.userAgent;
              const after = model.get(name);
              const old = before.get(name);
              if (agent !== undefined && agent === after?.agent) continue;
              if (agent !== undefined && agent === old?.agent) model.set(name, old);
              else {
                expect(agent).toBeUndefined();
                if (after && old) expect(after.ends <= Date.now() || old.ends <= Date.now()).toBe(true);
                model.delete(name);
              }
            }
          }
        }
        for (const name of IDS) {
          const held = expected(name);
          const found = await store.get(own(name));
          expect(found?.userAgent).toBe(held?.agent);
          expect(found?.customerId).toBe(held && own(held.customer));
          if (held) alive += 1;
        }
        for (const name of CUSTOMERS) {
          const ids = (await store.list(own(name))).map(({ sessionId }) => sessionId);
          const held = IDS.filter((one) => expected(one)?.customer === name);
          expect(ids.sort()).toEqual(held.map(own).sort());
        }
      }
    }),
    { numRuns: 60, seed: 20_261_121 },
  );
  // Else it would not have met what it is about.
  expect(deaths).toBeGreaterThan(50);
  expect(alive).toBeGreaterThan(300);
});

it('loses and invents nothing when sets, deletes and revocations race, in whatever order calls arrive', async () => {
  let conflicts = 0;
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat()), async (numbers) => {
      const race = shuffled(namespace, (below) => (numbers.next().value as number) % Math.max(below, 1));
      const racing = new SessionStoreClient(race.objects, { onEvent, ttlSeconds: 1_000, timeoutMs: 60_000 });
      const [one, two] = [unique('one'), unique('two')];
      const [old, first, second, moved, again] = ['o', '1', '2', 'm', 'a'].map(unique) as [
        string,
        ...string[],
      ] as [string, string, string, string, string];
      const ids = [old, first, second, moved, again];
      await store.set(record(old, one));
      const settled = await race.all([
        racing.set(record(first, one)),
        racing.revokeAll(one),
        racing.set(record(second, one)),
        racing.delete(second),
        racing.set(record(moved, one)),
        racing.set(record(moved, two)),
        racing.set(record(again, one)),
        racing.set(record(again, one, { userAgent: 'again' })),
      ]);
      for (const result of settled) {
        if (result.status === 'fulfilled') continue;
        conflicts += 1;
        expect(result.reason.code).toBe('conflict');
      }
      const found = await Promise.all(ids.map((name) => store.get(name)));
      expect(found[0]).toBeNull();
      for (const customer of [one, two]) {
        const own = found.filter((session) => session?.customerId === customer);
        const names = (sessions: (SessionRecord | null)[]) => sessions.map((one) => one?.sessionId).sort();
        expect(names(await store.list(customer))).toEqual(names(own));
        expect(await store.revokeAll(customer)).toBe(own.length);
      }
      for (const name of ids) expect(await store.get(name)).toBeNull();
    }),
    { numRuns: 60, seed: 20_261_121 },
  );
  expect(conflicts).toBeGreaterThan(10);
});
