import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { expect, it, vi } from 'vitest';
import { clocked, stopClock } from '../../support/time.js';

const PUT_429 = 'KV PUT failed: 429 Too Many Requests';
const DELETE_429 = 'KV DELETE failed: 429 Too Many Requests';

it('refuses a second write to a key within a second, and keeps the first', async () => {
  const { kv, pass } = clocked();
  await kv.put('key', 'first');
  await expect(kv.put('key', 'second')).rejects.toThrow(PUT_429);
  pass(999);
  await expect(kv.delete('key')).rejects.toThrow(DELETE_429);
  expect(await kv.get('key')).toBe('first');
  await kv.put('other', 'goes');
  pass(1);
  await kv.put('key', 'second');
  expect(await kv.get('key')).toBe('second');
});

it('lets one of many writes at once through', async () => {
  const { kv } = clocked();
  const writes = await Promise.allSettled(['a', 'b', 'c'].map((value) => kv.put('key', value)));
  expect(writes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(await kv.get('key')).toBe('a');
});

it('counts accepted writes only, deletes too, and from every location', async () => {
  const { kv, pass } = clocked();
  await kv.delete('key');
  pass(600);
  await expect(kv.at('tokyo').put('key', 'too early')).rejects.toThrow(PUT_429);
  await expect(kv.put('key', 'value', { expirationTtl: 1 })).rejects.toThrow('400');
  pass(400);
  await kv.at('tokyo').put('key', 'in time');
});

it('remembers the write of a key that is gone, however fast writes travel', async () => {
  const { kv, pass } = clocked({ propagationMs: 0 });
  await kv.delete('key');
  await expect(kv.put('key', 'value')).rejects.toThrow(PUT_429);
  pass(1_000);
  await kv.put('key', 'value');
});

it('takes another rate, or none', async () => {
  const { kv, pass } = clocked({ writesPerSecond: 4 });
  await kv.put('key', '1');
  pass(250);
  await kv.put('key', '2');
  await expect(kv.put('key', '3')).rejects.toThrow(PUT_429);
  const { kv: free } = clocked({ writesPerSecond: Infinity });
  for (const value of ['1', '2', '3']) await free.put('key', value);
  expect(await free.get('key')).toBe('3');
});

it('follows the real clock by default, and a faked one', async () => {
  const kv = createStrictKv();
  await kv.put('key', 'first');
  await expect(kv.put('key', 'second')).rejects.toThrow(PUT_429);
  stopClock(Date.now() + 1_000);
  await kv.put('key', 'second');
  // Back at the real time, which is before the last write.
  vi.useRealTimers();
  await kv.put('key', 'third');
});
