// What the methods say of a bad argument: they name what was given.
import type { ObjectHandle } from '@codex/cloudflare-clients';
import * as clients from '@codex/cloudflare-clients';
import { type Case, type Method, SECRET } from '../core/bad_arguments.js';

export function coordinationMessages(objects: ObjectHandle): Method[] {
  const locks = new clients.LockClient(objects);
  const counters = new clients.CounterClient(objects);
  const held = { name: 'a', fence: 1, expiresAt: 1, holder: 'h' };
  const ttl = 'ttlSeconds must be a number of seconds above 0, at most 100 years, not ';
  const ofName = (what: string, go: (name: string) => unknown): Case[] => [
    [() => go(7 as never), `${what} must be a string, not a number`],
    [() => go('..'), `${what} must not be "." or ".."`],
    [() => go(''), `${what} must have 1 to 512 bytes`],
    [() => go(SECRET.repeat(43)), `${what} must have 1 to 512 bytes`],
  ];
  const ofLock = (go: (lock: clients.Lock) => unknown): Case[] => [
    [() => go(7 as never), 'A lock must be an object, not 7'],
    [() => go({ ...held, holder: undefined as never }), 'Not a lock that acquire() returned'],
    ...ofName('The name of the lock', (name) => go({ ...held, name })),
  ];
  return [
    [
      'LockClient.acquire',
      ...ofName('The name of the lock', (name) => locks.acquire(name, { ttlSeconds: 1 })),
      [() => locks.acquire('a', { ttlSeconds: 0 }), `${ttl}0`],
      [
        () => locks.acquire('a', { ttlSeconds: 1, waitMs: -1 }),
        'waitMs must be a number of ms from 0 to 2147483647, not -1',
      ],
      [
        () => locks.acquire('a', { ttlSeconds: 1, signal: {} as never }),
        'signal must be an AbortSignal, not an object',
      ],
    ],
    [
      'LockClient.extend',
      ...ofLock((lock) => locks.extend(lock, 1)),
      [() => locks.extend(held, -1), `${ttl}-1`],
    ],
    ['LockClient.release', ...ofLock((lock) => locks.release(lock))],
    [
      'LockClient.withLock',
      ...ofName('The name of the lock', (name) => locks.withLock(name, { ttlSeconds: 1 }, () => 1)),
      [() => locks.withLock('a', { ttlSeconds: 1 }, SECRET as never), 'fn must be a function, not a string'],
      [
        () => locks.withLock('a', { ttlSeconds: 2, maxHoldSeconds: 1 }, () => 1),
        'maxHoldSeconds must be a number of seconds, ttlSeconds or more, not 1',
      ],
    ],
    [
      'CounterClient.increment',
      ...ofName('The name of the counter', (name) => counters.increment(name)),
      [() => counters.increment('a', 0.5), 'by must be a safe integer, not 0.5'],
      [
        () => counters.increment('a', 1, { idempotencyKey: 7 as never }),
        'An idempotency key must be a string, not a number',
      ],
    ],
    ['CounterClient.get', ...ofName('The name of the counter', (name) => counters.get(name))],
    ['CounterClient.reset', ...ofName('The name of the counter', (name) => counters.reset(name))],
  ];
}
