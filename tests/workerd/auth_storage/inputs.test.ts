// What is refused: by the client before it calls, and by the object whatever calls it.
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { describe, expect, it } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { storedIn } from '../../support/snapshots.js';
import { nothing } from '../../support/stored.js';
import { AUTH_DO, type Stub, storedUnder, stubOf, value } from './objects.js';

const storage = secondaryStorage(AUTH_DO);
const limiter = rateLimitStorage(AUTH_DO);
const lone = 'a\ud800b';
const long = 'é'.repeat(524_289);
const notTtls = [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e12, '60', {}, 60n];
const notKeys = ['', 'k'.repeat(2_049), 'é'.repeat(1_025), lone, undefined, null, 7, {}];

describe('the client refuses', () => {
  it.each(notKeys)('%j as a key', async (bad) => {
    const key = bad as string;
    for (const call of [
      storage.get(key),
      storage.set(key, 'text', 60),
      storage.delete(key),
      storage.getAndDelete(key),
      storage.increment(key, 60),
      limiter.consume(key, { window: 10, max: 3 }),
    ]) {
      expect(await code(call)).toBe('invalid_key');
    }
  });

  it('what is no value, TTL or rule', async () => {
    const key = unique();
    expect(await code(storage.set(key, long, 60))).toBe('value_too_large');
    for (const bad of [undefined, null, 7, { text: 'x' }, new Uint8Array(1), lone]) {
      expect(await code(storage.set(key, bad as string, 60))).toBe('invalid_value');
    }
    for (const bad of notTtls) {
      expect(await code(storage.set(key, 'text', bad as number)), String(bad)).toBe('invalid_ttl');
    }
    for (const bad of [...notTtls, 0, undefined, null]) {
      expect(await code(storage.increment(key, bad as number)), String(bad)).toBe('invalid_ttl');
    }
    for (const bad of [
      null,
      undefined,
      7,
      {},
      { window: 0, max: 1 },
      { window: 1, max: -1 },
      { window: 1, max: '5' },
    ]) {
      expect(await code(limiter.consume(key, bad as never))).toBe('invalid_limit');
    }
    expect(await storedUnder(key)).toEqual(nothing);
  });

  it('to count what is no count, and leaves it as it is', async () => {
    const key = unique();
    await storage.set(key, '{"session":{}}', 60);
    expect(await code(storage.increment(key, 60))).toBe('invalid_value');
    expect(await code(limiter.consume(key, { window: 10, max: 3 }))).toBe('invalid_value');
    expect(await storage.get(key)).toBe('{"session":{}}');
  });

  it('without a word of the key or the value', async () => {
    const error = await storage.set(`secret-${'k'.repeat(2_048)}`, 'secret', 60).catch((error) => error);
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('secret');
  });

  it.each([undefined, null, {}, { get: () => {} }, 'AUTH_DO'])('%j as a namespace', (namespace) => {
    for (const make of [secondaryStorage, rateLimitStorage]) {
      expect(() => make(namespace as never)).toThrow(expect.objectContaining({ code: 'invalid_handle' }));
    }
  });
});

describe('the object refuses', () => {
  const keys = ['', 'k'.repeat(129), undefined, null, 7, {}, ['k']];
  const methods: [name: keyof Stub, rest: unknown[]][] = [
    ['set', ['text', 60]],
    ['delete', []],
    ['getAndDelete', []],
    ['increment', [60]],
    ['consume', [60, 5]],
  ];
  const call = (stub: Stub, method: keyof Stub, ...args: unknown[]) =>
    (stub[method] as (...args: unknown[]) => Promise<unknown>)(...args);

  it.each(methods)('%s without a proper idempotency key', async (method, rest) => {
    const key = unique();
    const stub = stubOf(key);
    await stub.set('first', '5', 60);
    const before = await storedIn(stub);
    for (const bad of keys) {
      const reply = await call(stub, method, bad, ...rest);
      expect(reply).toMatchObject({ ok: false, code: 'invalid_key', message: expect.any(String) });
    }
    expect(await value(stub.get())).toBe('5');
    expect(await storedIn(stub)).toEqual(before);
  });

  it('what is no value, TTL or rule, and stores nothing', async () => {
    const key = unique();
    const stub = stubOf(key);
    type Bad = [code: string, method: keyof Stub, ...args: unknown[]];
    const bad: Bad[] = [
      ['invalid_value', 'set', 'once', 7, 60],
      ['invalid_value', 'set', 'once', lone, 60],
      ['invalid_value', 'set', 'once'],
      ['value_too_large', 'set', 'once', long, 60],
      ...[...notTtls, 0].map((ttl): Bad => ['invalid_ttl', 'set', 'once', 'text', ttl]),
      ...[...notTtls, 0].map((ttl): Bad => ['invalid_ttl', 'increment', 'once', ttl]),
      ['invalid_ttl', 'increment', 'once'],
      ['invalid_limit', 'consume', 'once'],
      ['invalid_limit', 'consume', 'once', 60, 0],
      ['invalid_limit', 'consume', 'once', 60, Number.NaN],
      ['invalid_limit', 'consume', 'once', '60', 5],
    ];
    for (const [code, method, ...args] of bad) {
      expect(await call(stub, method, ...args)).toMatchObject({ ok: false, code });
    }
    expect(await storedUnder(key)).toEqual(nothing);
    expect(await value(stub.increment('once', 60))).toBe(1);
  });
});
