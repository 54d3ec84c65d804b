import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { CartStoreClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { expect, test, vi } from 'vitest';
import { code, listening, unique } from '../../support/backend.js';
import { intercepted } from '../../support/interception.js';
import { rows, stored, stubOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';

const { CART_DO } = env as { CART_DO: ObjectHandle };
const stub = (id: string) => stubOf(CART_DO, id);
const mug = { id: 'mug' };
const tables = async (id: string) => (await stored(stub(id))).tables;
const exec = (id: string, sql: string) =>
  runInDurableObject(stub(id), (_, { storage }) => void storage.sql.exec(sql));

const clock = stoppedClock(1_900_000_000_000);
const pass = (seconds: number) => clock.pass(seconds * 1_000);

test('reading a cart that was never written writes nothing, and refusals leave no tables', async () => {
  const carts = new CartStoreClient(CART_DO);
  const id = unique('cart');
  await carts.getCart(id);
  expect(await tables(id)).toEqual([]);
  expect(await code(carts.incrementQty(id, mug, 0.5))).toBe('invalid_value');
  expect(await code(carts.setQty(id, '', 1))).toBe('invalid_key');
  expect(await tables(id)).toEqual([]);
});

test('the alarm empties an expired cart, and moves itself on for one that was renewed', async () => {
  const carts = new CartStoreClient(CART_DO, { ttlSeconds: 100 });
  const id = await carts.createCart();
  const alarm = async () => (await stored(stub(id))).alarm;
  expect(await alarm()).toBe(Date.now() + 100_000);
  pass(50);
  await carts.incrementQty(id, mug, 1);
  expect(await alarm()).toBe(Date.now() + 50_000);
  pass(50);
  expect(await runDurableObjectAlarm(stub(id))).toBe(true);
  expect(await alarm()).toBe(Date.now() + 50_000);
  expect(await carts.getCart(id)).toHaveProperty('mug');
  pass(100);
  await runDurableObjectAlarm(stub(id));
  expect(await carts.getCart(id)).toEqual({});
  // A copy of the last call must still find its key, ten minutes after it.
  pass(500);
  await runDurableObjectAlarm(stub(id));
  expect(await tables(id)).toEqual([]);
  expect(await alarm()).toBeNull();
  expect(await carts.incrementQty(id, mug, 2)).toMatchObject({ mug: { qty: 2 } });
});

test('a read with a shorter TTL does not end a cart sooner; a change with one does', async () => {
  const long = new CartStoreClient(CART_DO, { ttlSeconds: 1_000 });
  const short = new CartStoreClient(CART_DO, { ttlSeconds: 10 });
  const id = await long.createCart();
  await long.incrementQty(id, mug, 1);
  await short.getCart(id);
  pass(10);
  expect(await long.getCart(id)).toHaveProperty('mug');
  await short.incrementQty(id, mug, 1);
  pass(10);
  await runDurableObjectAlarm(stub(id));
  expect(await long.getCart(id)).toEqual({});
});

test('a deleted cart remembers its calls for ten minutes, then nothing is left', async () => {
  const carts = new CartStoreClient(CART_DO);
  const id = await carts.createCart();
  const once = { idempotencyKey: 'once' };
  await carts.incrementQty(id, mug, 1, undefined, undefined, once);
  await carts.deleteCart(id);
  pass(599);
  await runDurableObjectAlarm(stub(id));
  expect(await carts.incrementQty(id, mug, 1, undefined, undefined, once)).toEqual({});
  pass(1);
  await runDurableObjectAlarm(stub(id));
  expect(await tables(id)).toEqual([]);
});

test('an alarm that fails is set again', async () => {
  const id = await new CartStoreClient(CART_DO, { ttlSeconds: 1 }).createCart();
  await exec(id, 'ALTER TABLE cart RENAME TO lost');
  await evictDurableObject(stub(id));
  await runDurableObjectAlarm(stub(id));
  expect((await stored(stub(id))).alarm).toBe(Date.now() + 60_000);
});

test('what was answered survives an eviction', async () => {
  const carts = new CartStoreClient(CART_DO);
  const id = await carts.createCart();
  const once = { idempotencyKey: 'once' };
  await carts.incrementQty(id, mug, 1, 'L', { days: 3 }, once);
  await evictDurableObject(stub(id));
  await carts.incrementQty(id, mug, 1, 'L', { days: 3 }, once);
  expect(await carts.getCart(id)).toEqual({ 'mug:L': { sku: mug, qty: 1, size: 'L', rental: { days: 3 } } });
});

test('what fails between two writes is not kept', async () => {
  const carts = new CartStoreClient(CART_DO);
  const id = await carts.createCart();
  await carts.incrementQty(id, mug, 1);
  const before = await carts.getCartWithVersion(id);
  // The line is written first, the key after it.
  await exec(id, "CREATE TRIGGER full BEFORE INSERT ON applied BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  expect(await code(carts.incrementQty(id, mug, 1))).toBe('object_unavailable');
  await exec(id, 'DROP TRIGGER full');
  expect(await carts.getCartWithVersion(id)).toEqual(before);
});

test('tables of an older version are brought to the newest, also by a read', async () => {
  const id = unique('cart');
  await exec(id, 'CREATE TABLE schema (version INTEGER NOT NULL)');
  await exec(id, 'INSERT INTO schema VALUES (0)');
  const carts = new CartStoreClient(CART_DO);
  expect(await carts.getCart(id)).toEqual({});
  expect(await rows(stub(id), 'SELECT version FROM schema')).toEqual([[2]]);
  expect(await carts.incrementQty(id, mug, 1)).toMatchObject({ mug: { qty: 1 } });
});

test('keys that the version before has remembered match whatever is sent with them', async () => {
  const carts = new CartStoreClient(CART_DO);
  const id = await carts.createCart();
  await exec(id, 'ALTER TABLE applied DROP COLUMN note');
  await exec(id, `INSERT INTO applied VALUES ('kold', ${Date.now() + 500_000})`);
  await exec(id, 'UPDATE schema SET version = 1');
  await evictDurableObject(stub(id));
  await carts.incrementQty(id, mug, 1, undefined, undefined, { idempotencyKey: 'old' });
  expect(await carts.getCart(id)).toEqual({});
  await carts.incrementQty(id, mug, 1, undefined, undefined, { idempotencyKey: 'new' });
  expect(await carts.getCart(id)).toMatchObject({ mug: { qty: 1 } });
});

test('a migration that fails half way is undone', async () => {
  const id = unique('cart');
  await exec(id, 'CREATE TABLE schema (version INTEGER NOT NULL)');
  await exec(id, 'INSERT INTO schema VALUES (0)');
  await exec(id, 'CREATE TABLE lines (in_the_way)');
  const carts = new CartStoreClient(CART_DO);
  expect(await code(carts.getCart(id))).toBe('object_unavailable');
  expect(await tables(id)).toEqual(['schema', 'lines']);
  await exec(id, 'DROP TABLE lines');
  expect(await carts.getCart(id)).toEqual({});
});

test('tables of a newer version are left alone', async () => {
  const carts = new CartStoreClient(CART_DO);
  const id = await carts.createCart();
  await exec(id, 'UPDATE schema SET version = 99');
  await evictDurableObject(stub(id));
  expect(await code(carts.getCart(id))).toBe('misconfigured');
});

// The rows that are left of these after the cart has forgotten: how many keys, and in how many seconds they end.
async function leftOf(keys: [prefix: string, count: number, seconds: number][]): Promise<string[]> {
  const carts = new CartStoreClient(CART_DO);
  const id = await carts.createCart();
  await exec(id, 'DELETE FROM applied');
  for (const [prefix, count, seconds] of keys) {
    const until = (prefix.startsWith('m') ? 4e15 : 0) + Date.now() + seconds * 1_000;
    await exec(
      id,
      `WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ${count - 1})
       INSERT INTO applied SELECT '${prefix}' || n, ${until} + n, '' FROM n`,
    );
  }
  // About every 256th call forgets; that is told by its key.
  for (let n = 0; n < 900; n++) {
    await carts.incrementQty(id, mug, 1, undefined, undefined, { idempotencyKey: `mine ${n}` });
    const [[mine] = []] = await rows(stub(id), "SELECT count(*) FROM applied WHERE key GLOB 'kmine*'");
    const [[all] = []] = await rows(stub(id), 'SELECT count(*) FROM applied');
    if ((all as number) - (mine as number) < keys.reduce((sum, [, count]) => sum + count, 0)) break;
  }
  const left = await rows(
    stub(id),
    "SELECT substr(key, 1, 2) || count(*) FROM applied WHERE key NOT GLOB 'kmine*' GROUP BY substr(key, 1, 2)",
  );
  return left.flat() as string[];
}

test('a cart forgets keys now and then, but none whose call may still arrive, and no merge within its hour', async () => {
  const over: [string, number, number] = ['ko', 10, -10];
  expect(await leftOf([over, ['ka', 1_500, 190], ['e', 3, 60]])).toEqual(['e01', 'e11', 'e21', 'ka1500']);
  const [spare = '', ...others] = await leftOf([over, ['ka', 1_500, 100], ['ra', 400, 600]]);
  // 1,000 in all: the new ones, and the newest of the old.
  expect(others).toEqual(['ra400']);
  expect(Number(spare.slice(2))).toBeLessThanOrEqual(600);
  expect(Number(spare.slice(2))).toBeGreaterThan(600 - 900);
  expect(await leftOf([over, ['mo', 50, -1_000], ['mn', 1_200, 0]])).toEqual(['mn1200']);
});

test('anything may come by RPC: it is refused, typed, and nothing has changed', async () => {
  const id = unique('cart');
  const carts = new CartStoreClient(CART_DO);
  await carts.incrementQty(id, mug, 1);
  const cart = stub(id) as unknown as Record<
    string,
    (...args: unknown[]) => Promise<{ ok: boolean; code?: string }>
  >;
  const anything = [
    undefined,
    null,
    0,
    Number.NaN,
    '',
    '[]',
    '{}',
    '[null]',
    'x',
    1n,
    new Date(),
    [],
    {},
    '\ud800',
  ];
  for (const method of ['set', 'change', 'mutate', 'merge', 'endMerge', 'delete', 'get']) {
    for (const value of anything) {
      for (const args of [
        [value],
        [value, value],
        ['[]', value, value, value, value],
        [value, 60, value, value],
      ]) {
        const reply = await cart[method]?.(...args);
        if (reply?.ok) expect(['get', 'endMerge', 'set', 'delete']).toContain(method);
        else expect(reply).toMatchObject({ ok: false, code: expect.stringMatching(/^[a-z_]+$/) });
        if (['set', 'delete'].includes(method) && reply?.ok)
          await carts.setCart(id, { mug: { sku: mug, qty: 1 } });
      }
    }
  }
  for (const value of anything) {
    for (const args of [[value], [value, value], ['into', value], ['into', 'id', value]]) {
      if (args.every((arg) => typeof arg === 'string' && arg !== '' && arg.isWellFormed())) continue;
      if (args.length === 3 && (value === undefined || value === null)) continue;
      expect(await cart.beginMerge?.(...args)).toMatchObject({ ok: false });
    }
  }
  expect(await carts.getCart(id)).toEqual({ mug: { sku: mug, qty: 1 } });
});

test('a call that is slow is an event, or a line of warning in the words of the shop', async () => {
  const { events, onEvent } = listening();
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const slow = intercepted(CART_DO, async ({ deliver }) => {
    const reply = await deliver();
    pass(0.25);
    return reply;
  });
  await new CartStoreClient(slow).getCart(unique('cart'));
  expect(warn.mock.calls).toEqual([['Cart DO latency 250ms for op=getCart']]);
  warn.mockClear();
  await new CartStoreClient(slow, { slowMs: 250 }).getCart(unique('cart'));
  await new CartStoreClient(slow, { slowMs: 1e-6, onEvent }).getCart(unique('cart'));
  expect(warn).not.toHaveBeenCalled();
  expect(events).toMatchObject([
    { client: 'cart', operation: 'getCart', note: 'slow' },
    { client: 'cart', operation: 'getCart' },
  ]);
  warn.mockRestore();
});
