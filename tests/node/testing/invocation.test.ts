import { expect, it } from 'vitest';
import { clocked } from '../../support/time.js';

const TOO_MANY = 'Too many API requests by single Worker invocation.';

it('lets a handle make 1,000 operations; a bulk read is one, and another handle begins anew', async () => {
  const { kv } = clocked();
  const keys = Array.from({ length: 100 }, (_, i) => `key-${i}`);
  for (let i = 0; i < 996; i++) await kv.get('key');
  await kv.get(keys);
  await kv.put('key', 'value');
  await kv.delete('other');
  await kv.list();
  for (const call of [
    () => kv.get('key'),
    () => kv.getWithMetadata(keys),
    () => kv.put('new', 'value'),
    () => kv.delete('key'),
    () => kv.list(),
  ]) {
    await expect(call()).rejects.toThrow(TOO_MANY);
  }
  expect(await kv.invocation().get('key')).toBe('value');
  expect(await kv.at('here').get('new')).toBeNull();
});

it('takes failed operations into account, and not those that were never sent', async () => {
  const { kv } = clocked({ operationsPerInvocation: 2 });
  for (let i = 0; i < 3; i++) await expect(kv.get('')).rejects.toThrow('Key name cannot be empty.');
  await kv.put('key', 'value');
  await expect(kv.put('key', 'value')).rejects.toThrow('429');
  await expect(kv.get('key')).rejects.toThrow(TOO_MANY);
});

it('takes another limit, or none', async () => {
  const { kv } = clocked({ operationsPerInvocation: 1 });
  await kv.at('tokyo').get('key');
  await kv.get('key');
  await expect(kv.get('key')).rejects.toThrow(TOO_MANY);
  const { kv: free } = clocked({ operationsPerInvocation: Infinity });
  for (let i = 0; i < 2_000; i++) await free.get('key');
});

it('counts what a handle was asked, and the keys a bulk read is billed for', async () => {
  const { kv } = clocked();
  const before = kv.operations;
  await kv.put('key', 'value');
  await kv.put('key', 'value').catch(() => {});
  await kv.delete('key').catch(() => {});
  await kv.get('key');
  await kv.getWithMetadata(['key', 'missing', 'key']);
  await kv.list();
  await kv.at('tokyo').get('key');
  expect(kv.operations).toEqual({ reads: 2, keysRead: 4, writes: 2, deletes: 1, lists: 1, rateLimited: 2 });
  expect(before).toEqual({ reads: 0, keysRead: 0, writes: 0, deletes: 0, lists: 0, rateLimited: 0 });
});
