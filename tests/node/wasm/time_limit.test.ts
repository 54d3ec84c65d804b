// Time limits of calls: one that follows the last in the same turn takes over its timer.
import { CounterClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { beforeEach, expect, it, vi } from 'vitest';
import { code, hang } from '../../support/backend.js';
import { movedTime, settled } from '../../support/time.js';

let count: () => Promise<unknown>;
const object = { count: () => count() };
const namespace = { idFromName: (name: string) => name, get: () => object } as unknown as ObjectHandle;
const answers = async () => ({ ok: true, value: 1 });

movedTime(1_900_000_000_000);
beforeEach(() => {
  count = answers;
});

const counter = (timeoutMs: number) => new CounterClient(namespace, { timeoutMs, slowMs: 1e9 });

it('is one timer for calls that follow each other, and none when the turn has ended', async () => {
  const set = vi.spyOn(globalThis, 'setTimeout');
  const calls = counter(5_000);
  for (let i = 0; i < 20; i++) expect(await calls.get('a')).toBe(1);
  expect(set).toHaveBeenCalledTimes(1);
  await settled();
  expect(vi.getTimerCount()).toBe(0);
});

it('is the call’s own when it takes over a timer of a call that began earlier', async () => {
  let answer: (reply: unknown) => void = () => {};
  count = () => new Promise((resolve) => void (answer = resolve));
  const calls = counter(5_000);
  const first = calls.get('a');
  await vi.advanceTimersByTimeAsync(4_000);
  count = hang;
  answer({ ok: true, value: 1 });
  await first;
  let failed: string | undefined;
  void code(calls.get('a')).then((found) => {
    failed = found;
  });
  await vi.advanceTimersByTimeAsync(4_999);
  expect(failed).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(failed).toBe('timeout');
});

it('is not longer than the call’s own when the timer at hand is', async () => {
  await counter(60_000).get('a');
  count = hang;
  const late = code(counter(50).get('a'));
  await vi.advanceTimersByTimeAsync(50);
  expect(await late).toBe('timeout');
});

it('holds for each of many calls at a time', async () => {
  const calls = counter(5_000);
  await Promise.all(Array.from({ length: 50 }, () => calls.get('a')));
  count = hang;
  const late = Promise.all(Array.from({ length: 50 }, () => code(calls.get('a'))));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(new Set(await late)).toEqual(new Set(['timeout']));
  await settled();
  expect(vi.getTimerCount()).toBe(0);
});

it.each([-900_000, 900_000])('ends within twice its length when the clock is set by %i ms', async (by) => {
  const calls = counter(5_000);
  const first = calls.get('a');
  vi.setSystemTime(Date.now() + by);
  await first;
  count = hang;
  const late = code(calls.get('a'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await late).toBe('timeout');
});

it('is no more once it has passed: the next call has a timer of its own', async () => {
  let answer: (reply: unknown) => void = () => {};
  count = () => new Promise((resolve) => void (answer = resolve));
  const late = code(counter(50).get('a'));
  await vi.advanceTimersByTimeAsync(50);
  expect(await late).toBe('timeout');
  answer({ ok: true, value: 1 });
  count = hang;
  const next = code(counter(5_000).get('a'));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await next).toBe('timeout');
});

it('is the call’s own when timers have been faked, or real again, since the last call', async () => {
  await counter(60_000).get('a');
  vi.useRealTimers();
  count = hang;
  expect(await code(counter(20).get('a'))).toBe('timeout');
  count = answers;
  await counter(60_000).get('a');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  count = hang;
  const late = code(counter(2_000).get('a'));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await late).toBe('timeout');
});
