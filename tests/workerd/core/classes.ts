// A write and a read of each class, and objects as the version before has made them.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import { expect } from 'vitest';
import { unique } from '../../support/backend.js';
import { BINDINGS } from '../../support/classes.js';
import { type ObjectClass, previousClasses } from '../../support/previous.js';
import type { Calls } from '../../support/rpc.js';
import { stubOf } from '../../support/stored.js';

export type Call = [method: string, ...args: unknown[]];

export interface Case {
  name: string;
  className: string;
  write: Call;
  read: Call;
  /** What the read returns after the write. */
  value: unknown;
  /** Another write, and what the read returns after that. */
  more: Call;
  after: unknown;
  /** What reads where nothing is, if the read would take it then; and what that returns. */
  look?: Call;
  empty: unknown;
  /** Calls that are refused, whatever is there. */
  refused: Call[];
  /** Whether the version before refuses what this one has made. */
  guarded: boolean;
  /** What ends it, where time alone does not. */
  end?: Call;
}

export const NOW = Date.UTC(2031, 4, 6, 7, 8, 9);
const LATE = NOW - 60_001;
const CART = '{"mug":{"sku":{"id":"mug"},"qty":2}}';
const RECORD = { sessionId: 's', customerId: 'c', userAgent: 'Firefox', createdAt: new Date(5) };
const LIMIT = { limit: 5, window: 60, keyPrefix: 'rl:' };

export const CLASSES: Case[] = [
  {
    name: 'CartDurableObject',
    className: 'CartDurableObject',
    write: ['set', CART, 60, 'key', undefined, undefined, NOW],
    // A longer TTL than the cart has would renew it.
    read: ['get', 1],
    value: [expect.any(Number), CART],
    more: [
      'change',
      '[{"op":"increment","sku":{"id":"mug"},"qty":1}]',
      60,
      'more',
      undefined,
      undefined,
      NOW,
    ],
    after: [expect.any(Number), CART.replace('2', '3')],
    empty: null,
    refused: [
      ['set', '{', 60],
      ['set', CART, 60, 'late', undefined, undefined, LATE],
      ['change', '[]', 60, 'none', undefined, undefined, NOW],
      ['delete', '', undefined, undefined, NOW],
    ],
    guarded: true,
  },
  {
    name: 'SessionDurableObject',
    className: 'SessionDurableObject',
    write: ['putSession', RECORD, NOW, 60_000],
    read: ['readSession'],
    value: RECORD,
    more: ['removeSession'],
    after: null,
    empty: null,
    refused: [
      ['putSession', { ...RECORD, sessionId: '' }, NOW, 60_000],
      ['addEntry', '', 60_000],
      ['revokeTokenOfUser', 'hash', 0],
    ],
    guarded: true,
  },
  {
    name: 'RateLimitDurableObject',
    className: 'RateLimitDurableObject',
    write: ['check', [LIMIT], 2, 1, NOW],
    read: ['peek', LIMIT],
    value: [1, 3, NOW + 60_000, 0, 0],
    more: ['check', [LIMIT], 1, 2, NOW],
    after: [1, 2, NOW + 60_000, 0, 0],
    empty: [1, 5, NOW + 60_000, 0, 0],
    refused: [
      ['check', [], 1, 1, NOW],
      ['check', [LIMIT], 0, 2, NOW],
      ['check', [LIMIT], 1, 3, NOW - 10_001],
      ['refund', LIMIT, 1, 4, LATE],
    ],
    guarded: false,
  },
  {
    name: 'CoordinationDurableObject, as a counter',
    className: 'CoordinationDurableObject',
    write: ['increment', 7, 'key', NOW],
    read: ['count'],
    value: 7,
    more: ['increment', 1, 'more', NOW],
    after: 8,
    empty: 0,
    refused: [
      ['increment', 0.5, 'half', NOW],
      ['increment', 1, 'late', LATE],
      ['reset', '', NOW],
    ],
    guarded: true,
    end: ['reset', 'end', NOW],
  },
  {
    name: 'CoordinationDurableObject, as a lock',
    className: 'CoordinationDurableObject',
    write: ['acquire', 'ann', 30, NOW],
    // Another one learns for how long it is held.
    read: ['acquire', 'bob', 30, NOW],
    value: [30_000],
    more: ['extend', 'ann', 60, NOW],
    after: [60_000],
    look: ['extend', 'ann', 30, NOW],
    empty: null,
    refused: [
      ['acquire', '', 30, NOW],
      ['acquire', 'bob', 30, LATE],
      ['release', 'ann', '', NOW],
    ],
    guarded: false,
  },
  {
    name: 'AuthStorageDurableObject',
    className: 'AuthStorageDurableObject',
    write: ['set', 'key', 'value', 3_600, NOW],
    read: ['get'],
    value: 'value',
    more: ['set', 'more', 'another', 60, NOW],
    after: 'another',
    empty: null,
    refused: [
      ['set', '', 'value', 60, NOW],
      ['set', 'late', 'value', 60, LATE],
      ['consume', 'none', 60, 0, NOW],
    ],
    guarded: false,
  },
];

const bindings = env as Record<string, ObjectHandle>;

/** The stub of an object of a class. */
export const objectOf = (className: string, name = unique()): Calls =>
  stubOf(bindings[BINDINGS[className] as string] as ObjectHandle, name) as Calls;

export const reply = (object: Calls, [method, ...args]: Call): Promise<unknown> =>
  object[method]?.(...args) ?? Promise.reject(new Error(method));

/** Makes calls on an object by the class of the version before; the next call starts another instance. */
export async function madeBefore(className: string, object: Calls, calls: Call[], sql: string[] = []) {
  await runInDurableObject(object, (_, state) => {
    const Previous = previousClasses[className] as ObjectClass;
    const instance = new Previous(state, {}) as Record<string, (...args: unknown[]) => unknown>;
    for (const [method, ...args] of calls) instance[method]?.(...args);
    for (const statement of sql) state.storage.sql.exec(statement);
  });
  await evictDurableObject(object);
}
