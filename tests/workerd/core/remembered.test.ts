// What objects remember of many calls: each has its effect once, for its time, and is no load on the calls after.
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { failing, failureOf, stored } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';
import { type Call, NOW, objectOf, reply } from './classes.js';

const LIMIT = { limit: 1_000, window: 86_400, keyPrefix: 'rl:' };
const ADD = '[{"op":"increment","sku":{"id":"mug"},"qty":1}]';
const [TWO_MINUTES, TEN_MINUTES] = [120_000, 600_000];

interface Case {
  name: string;
  className: string;
  /** Counts one, once for each number. */
  count: (n: number, sent: number) => Call;
  /** Returns what was counted. */
  read: Call;
  of: (value: never) => number;
  /** For how long a call is remembered. */
  ms: number;
}

const CASES: Case[] = [
  {
    name: 'a cart',
    className: 'CartDurableObject',
    count: (n, sent) => ['change', ADD, 86_400, `key ${n}`, undefined, undefined, sent],
    read: ['get', 1],
    of: ([, cart]: [number, string]) => JSON.parse(cart).mug.qty,
    ms: TEN_MINUTES,
  },
  {
    name: 'a limit',
    className: 'RateLimitDurableObject',
    count: (n, sent) => ['penalize', LIMIT, 1, n, sent],
    read: ['peek', LIMIT],
    of: ([, remaining]: [number, number]) => LIMIT.limit - remaining,
    ms: TEN_MINUTES,
  },
  {
    name: 'a counter',
    className: 'CoordinationDurableObject',
    count: (n, sent) => ['increment', 1, `key ${n}`, sent],
    read: ['count'],
    of: (value: number) => value,
    ms: TEN_MINUTES,
  },
  {
    name: 'a counter whose clients make the keys',
    className: 'CoordinationDurableObject',
    count: (n, sent) => ['increment', 1, `\u0001key ${n}`, sent],
    read: ['count'],
    of: (value: number) => value,
    ms: TWO_MINUTES,
  },
  {
    name: 'an auth counter whose clients make the keys',
    className: 'AuthStorageDurableObject',
    count: (n, sent) => ['increment', `\u0001key ${n}`, 86_400, sent],
    read: ['get'],
    of: Number,
    ms: TWO_MINUTES,
  },
];

const clock = stoppedClock(NOW);

describe.each(CASES)('$name', ({ className, count, read, of, ms }) => {
  async function called(times: number) {
    const name = unique();
    const object = objectOf(className, name);
    for (let n = 0; n < times; n++) {
      expect(await reply(object, count(n, Date.now()))).toMatchObject({ ok: true });
    }
    return { object, name };
  }

  async function counted(object: ReturnType<typeof objectOf>): Promise<number> {
    const { value } = (await reply(object, read)) as { value: never };
    return of(value);
  }

  const pagesOf = async (object: object) =>
    Object.keys((await stored(object)).values).filter((key) => key.startsWith('calls:'));

  it('counts each of 300 calls once, and forgets them when their time is over', async () => {
    const { object } = await called(300);
    expect(await pagesOf(object)).not.toEqual([]);
    const replies = [];
    for (const n of [0, 1, 150, 299]) replies.push(await reply(object, count(n, NOW)));
    expect(await counted(object)).toBe(300);
    await evictDurableObject(object);
    clock.at(ms - 1);
    for (const n of [0, 1, 150, 299])
      expect(await reply(object, count(n, Date.now()))).toEqual(replies.shift());
    expect(await counted(object)).toBe(300);
    clock.at(ms);
    expect(await reply(object, count(0, Date.now()))).toMatchObject({ ok: true });
    expect(await counted(object)).toBe(301);
    expect(await pagesOf(object)).toEqual([]);
    // What one call takes, and not what hundreds did.
    expect((await stored(object)).values.state).toBeLessThan(150);
  });

  it('keeps nothing of a call whose pages are written and whose state is not', async () => {
    const { object, name } = await called(256);
    expect(await pagesOf(object)).toEqual([]);
    const before = await stored(object);
    await failing(object, 'put', (key) => key === 'state');
    expect(await failureOf(reply(object, count(256, NOW)))).not.toBe('done');
    const again = objectOf(className, name);
    expect(await stored(again)).toEqual(before);
    expect(await counted(again)).toBe(256);
    for (const n of [256, 0, 256]) expect(await reply(again, count(n, NOW))).toMatchObject({ ok: true });
    expect(await counted(again)).toBe(257);
    expect(await pagesOf(again)).not.toEqual([]);
  });
});
