// What an object has stored may be as large as its class lets it become: all of that goes over to this version, which
// keeps it in other pieces. It is made here by the class of the version before.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import { expect, it } from 'vitest';
import { plain } from '../../previous/snapshot.js';
import { unique } from '../../support/backend.js';
import { BINDINGS } from '../../support/classes.js';
import { previousClasses } from '../../support/previous.js';
import type { Calls } from '../../support/rpc.js';
import { NOTHING, storedIn, toTheEnd } from '../../support/snapshots.js';
import { stubOf } from '../../support/stored.js';
import { stopClock } from '../../support/time.js';

type Call = [method: string, ...args: unknown[]];

const NOW = Date.UTC(2031, 4, 6, 7, 8, 9);
const HOUR = 3_600;
const range = (count: number) => [...Array(count).keys()];
const long = (n: number, length = 512) => `${n} `.padEnd(length, 'x');

const set = (n: number): Call => ['set', `set ${n}`, `${n}`.padEnd(1_048_574, 'x').concat('ä'), HOUR, NOW];
const take = (n: number): Call => ['getAndDelete', `take ${n}`, NOW];

const change = (key: string, op: object): Call => [
  'change',
  JSON.stringify([op]),
  HOUR,
  key,
  undefined,
  undefined,
  NOW,
];
const add = (n: number) => change(long(n), { op: 'increment', sku: { id: 'mug' }, qty: 1 });
const remove = (n: number) => change(long(n), { op: 'remove', skuId: 'none' });
const merge = (n: number): Call => ['merge', long(n), '{}', 'sum', HOUR, undefined, undefined, NOW];
const lines = Object.fromEntries(
  range(500).map((n) => [`line ${n}`, { sku: { id: `line ${n}`, text: 'ä'.repeat(450) }, qty: n + 1 }]),
);
const setAll: Call = ['set', JSON.stringify(lines), HOUR, 'set', undefined, undefined, NOW];

const limit = (n: number) => ({
  limit: 1_000,
  window: 60,
  keyPrefix: long(n, 400),
  algorithm: 'sliding-window',
});

/** What is done, what is asked afterwards, and what ends it, where time alone does not. */
const STATES: [name: string, className: string, made: Call[], asked: Call[], end?: Call][] = [
  [
    'a counter with ten thousand keys',
    'CoordinationDurableObject',
    range(10_000).map((n) => ['increment', 1, `${n} 6a2f-4d0c-a8b1-93e57c`, NOW]),
    [
      ['count'],
      ...[0, 1, 5_000, 9_999].map((n): Call => ['increment', 1, `${n} 6a2f-4d0c-a8b1-93e57c`, NOW]),
    ],
    ['reset', 'end', NOW],
  ],
  [
    'a cart with 500 lines, a thousand merges and thousands of long keys',
    'CartDurableObject',
    [
      ...range(2_000).map(add),
      ...range(1_000).map((n) => remove(2_000 + n)),
      ...range(1_000).map(merge),
      setAll,
    ],
    [['get', 1], add(0), add(1_999), remove(2_000), remove(2_999), merge(0), merge(999), setAll],
  ],
  [
    'a value of a megabyte, and others that were taken',
    'AuthStorageDurableObject',
    [...range(9).flatMap((n) => [set(n), take(n)]), set(9)],
    [['get'], take(1), take(8), ['get']],
  ],
  [
    'a value that was set a thousand times',
    'AuthStorageDurableObject',
    range(1_000).map((n) => ['increment', long(n, 128), HOUR, NOW]),
    [['get'], ...[0, 500, 999].map((n): Call => ['increment', long(n, 128), HOUR, NOW])],
  ],
  [
    'an index of as many sessions as a customer can have',
    'SessionDurableObject',
    [
      ...range(900).map((n): Call => ['addEntry', long(n), HOUR * 1_000]),
      ...range(64).map((n): Call => ['revokeTokenOfUser', long(n), NOW + HOUR * 1_000]),
    ],
    [['readIndex'], ['readRevocations'], ['addEntry', 'one more', HOUR * 1_000]],
  ],
  [
    'a hundred limits with full logs',
    'RateLimitDurableObject',
    range(100).flatMap((n) => range(70).map((id): Call => ['check', [limit(n)], 1, 100 * n + id, NOW])),
    [...[0, 50, 99].map((n): Call => ['peek', limit(n)]), ['check', [limit(99)], 1, 9_969, NOW]],
  ],
];

it.each(STATES)('%s', async (_, className, made, asked, end) => {
  stopClock(NOW);
  const namespace = (env as Record<string, ObjectHandle>)[BINDINGS[className] as string] as ObjectHandle;
  const stub = stubOf(namespace, unique()) as Calls;
  const before = await runInDurableObject(stub, (_, state) => {
    const Previous = previousClasses[className] as (typeof previousClasses)[string];
    const object = new Previous(state, {}) as Record<string, (...args: unknown[]) => unknown>;
    for (const [method, ...args] of made) object[method]?.(...args);
    return asked.map(([method, ...args]) => object[method]?.(...args));
  });
  await evictDurableObject(stub);
  for (const [n, [method, ...args]] of asked.entries()) {
    // The version before does not name its class.
    const expected = { ...(before[n] as object), class: className };
    expect(plain(await stub[method]?.(...args)), `${n}: ${method}`).toEqual(plain(expected));
  }
  if (end) await stub[end[0]]?.(...end.slice(1));
  await toTheEnd(stub);
  expect(await storedIn(stub)).toEqual(NOTHING);
});
