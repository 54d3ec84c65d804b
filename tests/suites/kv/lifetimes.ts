import { expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { type KvBackend, refusal } from './backend.js';

export function lifetimes(backend: KvBackend): void {
  const now = Math.floor(Date.now() / 1_000);
  const refuse = (what: string, of: number, why: string) =>
    `Error: KV PUT failed: 400 Invalid ${what} of ${of}. ${why}`;

  it('keeps a key for 60 seconds at least', async () => {
    const kv = backend.kv();
    const key = unique();
    const ttl = (expirationTtl: unknown) =>
      refusal(() => kv.put(key, 'value', { expirationTtl: expirationTtl as number }));
    for (const seconds of [59, 59.9, 1]) {
      const message = 'Expiration TTL must be at least 60.';
      expect(await ttl(seconds)).toBe(refuse('expiration_ttl', Math.trunc(seconds), message));
    }
    for (const seconds of [0, -1, Number.NaN, Infinity, null]) {
      const sent = seconds === -1 ? -1 : 0;
      const message = 'Please specify integer greater than 0.';
      expect(await ttl(seconds)).toBe(refuse('expiration_ttl', sent, message));
    }
    expect(await ttl(4e9)).toMatch(/^TypeError: Value out of range\./);
    expect(await kv.get(key)).toBeNull();
  });

  it('refuses a moment that is not 60 seconds away', async () => {
    const kv = backend.kv();
    const key = unique();
    const at = (expiration: number) => refusal(() => kv.put(key, 'value', { expiration }));
    const past = 'Please specify integer greater than the current number of seconds since the UNIX epoch.';
    for (const moment of [now - 60, 0]) expect(await at(moment)).toBe(refuse('expiration', moment, past));
    const soon = 'Expiration times must be at least 60 seconds in the future.';
    expect(await at(now + 30)).toBe(refuse('expiration', now + 30, soon));
    expect(await at(Date.now())).toMatch(/^TypeError: Value out of range\./);
    expect(await kv.get(key)).toBeNull();
  });

  it('lists when a key expires, in seconds; the TTL goes before the moment', async () => {
    const kv = backend.kv();
    const prefix = unique();
    await kv.put(`${prefix}:at`, 'value', { expiration: now + 1_000 });
    await kv.put(`${prefix}:both`, 'value', { expiration: now + 1_000, expirationTtl: 5_000 });
    await kv.put(`${prefix}:none`, 'value');
    await kv.put(`${prefix}:ttl`, 'value', { expirationTtl: 2_000.9 });
    const { keys } = await kv.list({ prefix });
    expect(keys.map(({ expiration }) => expiration && Math.round((expiration - now) / 100))).toEqual([
      10,
      50,
      undefined,
      20,
    ]);
    expect(keys[2]).toEqual({ name: `${prefix}:none` });
  });

  it('takes a cacheTtl of 30 seconds at least', async () => {
    const kv = backend.kv();
    const key = unique();
    await kv.put(key, 'value');
    for (const cacheTtl of [29, 0, -1, Number.NaN]) {
      const sent = Number.isNaN(cacheTtl) ? 0 : cacheTtl;
      const message = `400 Invalid cache_ttl of ${sent}. Cache TTL must be at least 30.`;
      expect(await refusal(() => kv.get(key, { cacheTtl }))).toBe(`Error: KV GET failed: ${message}`);
      expect(await refusal(() => kv.get([key], { cacheTtl }))).toBe(`Error: KV GET_BULK failed: ${message}`);
    }
    expect(await kv.get(key, { cacheTtl: 30 })).toBe('value');
    expect(await kv.get([key], { cacheTtl: 30 })).toEqual(new Map([[key, 'value']]));
  });
}

export function metadata(backend: KvBackend): void {
  it('keeps metadata as JSON, up to 1024 bytes', async () => {
    const kv = backend.kv();
    for (const value of [{ a: [1, { b: null }] }, 'ü', 0, false, '', [], 'x'.repeat(1_022)]) {
      const key = unique();
      await kv.put(key, 'value', { metadata: value });
      expect(await kv.getWithMetadata(key)).toMatchObject({ value: 'value', metadata: value });
      expect((await kv.list({ prefix: key })).keys).toEqual([{ name: key, metadata: value }]);
    }
    const key = unique();
    const message = (length: number) =>
      `Error: KV PUT failed: 413 Metadata length of ${length} exceeds limit of 1024.`;
    for (const [value, length] of [
      ['x'.repeat(1_023), 1_025],
      ['ü'.repeat(512), 1_026],
    ] as const) {
      expect(await refusal(() => kv.put(key, 'value', { metadata: value }))).toBe(message(length));
    }
    expect(await refusal(() => kv.put(key, 'value', { metadata: 1n }))).toMatch(/^TypeError: /);
    expect(await kv.get(key)).toBeNull();
  });

  it('takes null for no metadata, and drops the old with the old value', async () => {
    const kv = backend.kv();
    const [key, none] = [unique(), unique()];
    await kv.put(none, 'value', { metadata: null });
    expect((await kv.getWithMetadata(none)).metadata).toBeNull();
    expect((await kv.list({ prefix: none })).keys).toEqual([{ name: none }]);
    await kv.put(key, 'first', { metadata: { a: 1 }, expirationTtl: 600 });
    backend.nextSecond();
    await kv.put(key, 'second');
    expect(await kv.getWithMetadata(key)).toMatchObject({ value: 'second', metadata: null });
    expect((await kv.list({ prefix: key })).keys).toEqual([{ name: key }]);
  });
}
