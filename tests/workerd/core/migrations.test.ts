// Every class moves to its next version at first touch, keeps what it has, and does not go back.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import * as next from '../../../target/faults/entries/durable_objects.js';
import { unique } from '../../support/backend.js';
import { rows, stored, stubOf } from '../../support/stored.js';

type Called = Record<string, (...args: unknown[]) => unknown>;

const LIMIT = { limit: 5, window: 60, keyPrefix: 'rl:' };
const RECORD = { sessionId: 's', customerId: 'c', userAgent: 'Firefox', createdAt: new Date(5) };

/** A write, a read, and what the read returns of what was written. */
const CLASSES = [
  {
    name: 'CartDurableObject',
    binding: 'CART_DO',
    write: ['set', '{"mug":{"sku":{"id":"mug"},"qty":2}}', 60],
    read: ['get', 60],
    value: [expect.any(Number), '{"mug":{"sku":{"id":"mug"},"qty":2}}'],
  },
  {
    name: 'SessionDurableObject',
    binding: 'SESSION_DO',
    write: ['putSession', RECORD, Date.now(), 60_000],
    read: ['readSession'],
    value: RECORD,
  },
  {
    name: 'RateLimitDurableObject',
    binding: 'RATE_LIMIT_DO',
    write: ['check', [LIMIT], 2, 1],
    read: ['peek', LIMIT],
    value: [1, 3, expect.any(Number), 0, 0],
  },
  {
    name: 'CoordinationDurableObject',
    binding: 'COORDINATION_DO',
    write: ['increment', 7, 'key'],
    read: ['count'],
    value: 7,
  },
  {
    name: 'AuthStorageDurableObject',
    binding: 'AUTH_DO',
    write: ['set', 'key', 'value'],
    read: ['get'],
    value: 'value',
  },
];

const reply = (object: object, [method, ...args]: unknown[]) =>
  (object as Called)[method as string]?.(...args);

describe.each(CLASSES)('$name', ({ name, binding, write, read, value }) => {
  const stub = () => stubOf((env as Record<string, ObjectHandle>)[binding] as ObjectHandle, unique());
  // The class of the next version on the same storage, as after a deployment.
  const upgraded = (of: object, call: unknown[]) =>
    runInDurableObject(of, (_, ctx) => {
      const Next = (next as Record<string, new (...args: unknown[]) => object>)[name];
      return Next && reply(new Next(ctx, {}), call);
    });

  it('moves to the next version by a read, and keeps what it has', async () => {
    const object = stub();
    expect(await reply(object, write)).toMatchObject({ ok: true });
    const [[version] = []] = await rows(object, 'SELECT version FROM schema');
    expect(await upgraded(object, read)).toEqual({ ok: true, value });
    expect(await rows(object, 'SELECT version FROM schema')).toEqual([[Number(version) + 1]]);
    expect((await stored(object)).tables).toContain('next');
  });

  it('moves on once', async () => {
    const object = stub();
    await reply(object, write);
    await upgraded(object, read);
    expect(await upgraded(object, read)).toEqual({ ok: true, value });
  });

  it('is refused by the version before, and is not empty', async () => {
    const object = stub();
    await upgraded(object, write);
    expect(await reply(object, read)).toMatchObject({ ok: false, code: 'misconfigured' });
    expect(await reply(object, write)).toMatchObject({ ok: false, code: 'misconfigured' });
    expect(await upgraded(object, read)).toEqual({ ok: true, value });
  });

  it('makes no tables by a read of what was never written', async () => {
    const object = stub();
    await upgraded(object, read);
    expect(await stored(object)).toEqual({ tables: [], alarm: null });
  });
});
