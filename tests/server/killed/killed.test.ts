// What was acknowledged is there, and once, whenever the process that did it was killed.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLASSES } from '../../support/classes.js';
import { seeded } from '../../support/random.js';
import type { Actor } from './actor.js';
import { AuthActor } from './auth.js';
import { CartActor } from './cart.js';
import { CounterActor, LockActor } from './coordination.js';
import { LimitActor } from './limit.js';
import { Workerd } from './process.js';
import { SessionActor } from './session.js';
import type { Call } from './worker.js';

const ACTORS = [CartActor, SessionActor, CounterActor, LockActor, LimitActor, AuthActor];

let workerd: Workerd;
beforeAll(async () => {
  workerd = await Workerd.of('./worker.ts', CLASSES);
});
afterAll(() => workerd?.stop());

/** How many answers were lost: their calls were made again. */
let lost = 0;

/** Makes a call until it is acknowledged. */
async function make(call: Call): Promise<unknown> {
  for (;;) {
    const kills = workerd.kills;
    try {
      const response = await fetch(await workerd.url(), { method: 'POST', body: JSON.stringify(call) });
      const answer = await response.json();
      if (!response.ok) throw new Refused(`${call.method}: ${JSON.stringify(answer)}`);
      return answer;
    } catch (error) {
      // Only a kill excuses a failure.
      if (error instanceof Refused || workerd.kills === kills) throw error;
      lost++;
    }
  }
}
class Refused extends Error {}

const parallel = <T>(times: number, job: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: times }, (_, i) => job(i)));

describe('1,000 at the same time are 1,000', () => {
  it('in a cart', async () => {
    const [id, sku] = [randomUUID(), { id: 'shirt' }];
    const call: Call = { client: 'cart', method: 'incrementQty', args: [id, sku, 1], times: 50 };
    await parallel(20, () => make(call));
    expect(await make({ client: 'cart', method: 'getCart', args: [id] })).toEqual({
      shirt: { sku, qty: 1_000 },
    });
  });

  it('in a counter', async () => {
    const name = randomUUID();
    const call: Call = { client: 'counter', method: 'increment', args: [name], times: 50 };
    const counts = (await parallel(20, () => make(call))).flat() as number[];
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    expect(await make({ client: 'counter', method: 'get', args: [name] })).toBe(1_000);
  });

  it('in the auth storage, with kills between', async () => {
    const object: Call['object'] = ['AUTH_DO', randomUUID()];
    let acknowledged = 0;
    const increment = async () => {
      const answer = await make({ object, method: 'increment', args: [randomUUID(), 3_600] });
      if (++acknowledged % 300 === 0) await workerd.kill();
      return (answer as { value: number }).value;
    };
    const counts = (
      await parallel(50, async () => {
        const own = [];
        for (let i = 0; i < 20; i++) own.push(await increment());
        return own;
      })
    ).flat();
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    expect(await make({ object, method: 'get', args: [] })).toMatchObject({ ok: true, value: '1000' });
  });
});

// What an object replies names its class.
const nameless = (reply: unknown) =>
  typeof reply === 'object' && reply !== null && 'class' in reply ? { ...reply, class: undefined } : reply;

it('10,000 calls with kills at random moments: nothing is missing, nothing is done twice', async () => {
  const moments = seeded(20_261_121);
  const actors: Actor[] = ACTORS.flatMap((Actor) => Array.from({ length: 10 }, () => new Actor()));
  let until = 200;
  lost = 0;
  await Promise.all(
    actors.map(async (actor, i) => {
      const random = seeded(i + 1);
      for (let step = 0; step < 170; step++) {
        const { call, answer } = actor.next(random);
        const reply = nameless(await make(call));
        expect(reply, `${call.method}, step ${step} of actor ${i}`).toEqual(answer);
        if (--until === 0) {
          until = 300 + moments(1_500);
          await workerd.kill();
        }
      }
    }),
  );
  await workerd.kill();
  for (const actor of actors) {
    const { call, answer } = actor.look();
    expect(nameless(await make(call))).toEqual(answer);
  }
  // Else nothing was tried.
  expect(workerd.kills).toBeGreaterThan(5);
  expect(lost).toBeGreaterThan(20);
});
