// What a cart remembers of calls with keys and of merges, when they are many.
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import { expect, test } from 'vitest';
import { unique } from '../../support/backend.js';
import type { Calls } from '../../support/rpc.js';
import { stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { CART_DO } = env as { CART_DO: ObjectHandle };
const DAY = 86_400;
const INCREMENT = '[{"op":"increment","sku":{"id":"mug"},"qty":1}]';
const MUG = '{"mug":{"sku":{"id":"mug"},"qty":1}}';
const MINUTE = 60_000;

const clock = stoppedClock(1_900_000_000_000);

/** A cart of mugs. */
function mugs() {
  const cart = stubOf(CART_DO, unique('cart')) as Calls;
  const add = async (key: string, sent = Date.now()) =>
    expect(await cart.change?.(INCREMENT, DAY, key, undefined, undefined, sent)).toMatchObject({ ok: true });
  const count = async (): Promise<number> => {
    const reply = (await cart.get?.(1)) as { value: [number, string] } | undefined;
    return JSON.parse(reply?.value[1] ?? '{}').mug.qty;
  };
  return {
    cart,
    count,
    add,
    /** As many, a millisecond after each other. */
    async addMany(key: string, times: number) {
      for (let n = 0; n < times; n++) {
        await add(`${key} ${n}`);
        clock.pass(1);
      }
    },
    /** How much is added when these come once more. */
    async addsAgain(keys: string[], sent?: number): Promise<number> {
      const before = await count();
      for (const key of keys) await add(key, sent);
      return (await count()) - before;
    },
  };
}

test('a cart forgets keys now and then, but none whose call may still arrive', async () => {
  const { addMany, addsAgain, count } = mugs();
  await addMany('a', 1_500);
  expect(await count()).toBe(1_500);
  // All of them, though they are more than a thousand: copies may come.
  clock.at(MINUTE);
  expect(await addsAgain(['a 0', 'a 750', 'a 1499'], clock.start)).toBe(0);
  clock.at(7 * MINUTE - 1_000);
  await addMany('b', 300);
  expect(await addsAgain(['a 0', 'a 750', 'a 1499', 'b 0'])).toBe(0);
  // The newest thousand.
  clock.at(7 * MINUTE + 2_000);
  await addMany('c', 300);
  expect(await addsAgain(['a 1100', 'a 1499', 'b 0', 'b 299', 'c 0', 'c 299'])).toBe(0);
  expect(await addsAgain(['a 0', 'a 750'])).toBe(2);
});

test('a cart remembers for an hour which merges have ended or were given up', async () => {
  const { cart, addMany, addsAgain } = mugs();
  const begin = () => cart.beginMerge?.('mine', 'ended', undefined, undefined, Date.now());
  const merge = () => cart.merge?.('given up', MUG, 'sum', DAY, undefined, undefined, Date.now());
  await addMany('a', 1);
  expect(await begin()).toMatchObject({ value: ['ended', MUG] });
  await cart.endMerge?.('ended', true, Date.now());
  expect(await cart.giveUpMerge?.('given up', Date.now())).toMatchObject({ ok: true, value: false });
  clock.at(11 * MINUTE);
  await addMany('b', 600);
  clock.at(60 * MINUTE - 1);
  expect(await begin()).toMatchObject({ ok: true, value: null });
  expect(await merge()).toMatchObject({ ok: false, code: 'conflict' });
  expect(await addsAgain(['c'])).toBe(1);
  clock.at(60 * MINUTE + 1_000);
  await addMany('d', 1);
  expect(await merge()).toMatchObject({ ok: true });
  expect(await begin()).toMatchObject({ value: ['ended', expect.any(String)] });
});

test('a cart remembers a thousand merges, and all whose call may still arrive', async () => {
  const { cart, count } = mugs();
  const merge = async (n: number, sent = Date.now()) =>
    expect(await cart.merge?.(`merge ${n}`, MUG, 'sum', DAY, undefined, undefined, sent)).toMatchObject({
      ok: true,
    });
  for (let n = 0; n < 1_200; n++) {
    await merge(n);
    clock.pass(1);
  }
  expect(await count()).toBe(1_200);
  for (const n of [199, 200, 1_199]) await merge(n, clock.start + n);
  expect(await count()).toBe(1_200);
  clock.at(MINUTE);
  await merge(0, clock.start);
  expect(await count()).toBe(1_200);
});
