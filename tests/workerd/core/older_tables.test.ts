// Tables of the first form that the version before knew, which it brought to its own at first touch: objects that
// nobody has touched since still have them.
import { expect, it } from 'vitest';
import { stored } from '../../support/stored.js';
import { stopClock } from '../../support/time.js';
import { type Call, madeBefore, NOW, objectOf, reply } from './classes.js';

const change = (id: string, key: string): Call => [
  'change',
  `[{"op":"increment","sku":{"id":"${id}"},"qty":1}]`,
  3_600,
  key,
  undefined,
  undefined,
  NOW,
];

it('a cart: the keys in them match whatever is sent with them', async () => {
  stopClock(NOW);
  const cart = objectOf('CartDurableObject');
  await madeBefore(
    'CartDurableObject',
    cart,
    [change('mug', 'old')],
    ['ALTER TABLE applied DROP COLUMN note', 'UPDATE schema SET version = 1'],
  );
  const again = async (id: string, key: string) => {
    const { value } = (await reply(cart, change(id, key))) as { value: [number, boolean, string] };
    return JSON.parse(value[2]);
  };
  const mug = { sku: { id: 'mug' }, qty: 1 };
  expect(await again('hat', 'old')).toEqual({ mug });
  expect(await again('hat', 'new')).toEqual({ mug, hat: { sku: { id: 'hat' }, qty: 1 } });
  expect((await stored(cart)).tables).not.toContain('applied');
});

it('a counter: the keys in them match whatever is sent with them', async () => {
  stopClock(NOW);
  const counter = objectOf('CoordinationDurableObject');
  await madeBefore(
    'CoordinationDurableObject',
    counter,
    [['increment', 5, 'old', NOW]],
    [
      'ALTER TABLE keys DROP COLUMN note',
      'ALTER TABLE lock DROP COLUMN extended_by',
      'UPDATE schema SET version = 1',
    ],
  );
  expect(await counter.increment?.(7, 'old', NOW)).toMatchObject({ ok: true, value: 5 });
  expect(await counter.increment?.(7, 'new', NOW)).toMatchObject({ ok: true, value: 12 });
});

it('a lock: it is held still', async () => {
  stopClock(NOW);
  const lock = objectOf('CoordinationDurableObject');
  await madeBefore(
    'CoordinationDurableObject',
    lock,
    [['acquire', 'ann', 30, NOW]],
    [
      'ALTER TABLE keys DROP COLUMN note',
      'ALTER TABLE lock DROP COLUMN extended_by',
      'UPDATE schema SET version = 1',
    ],
  );
  expect(await lock.acquire?.('bob', 30, NOW)).toMatchObject({ ok: true, value: [30_000] });
  expect(await lock.extend?.('ann', 60, NOW)).toMatchObject({ ok: true, value: [NOW, NOW + 60_000] });
});

it('a counter that was called 400 times a second: what is moved over has a bound', async () => {
  stopClock(NOW);
  const counter = objectOf('CoordinationDurableObject');
  await madeBefore(
    'CoordinationDurableObject',
    counter,
    [['increment', 5, 'first', NOW]],
    [
      `INSERT INTO keys WITH RECURSIVE n(n) AS (VALUES (2) UNION ALL SELECT n + 1 FROM n LIMIT 160000)
        SELECT 'key ' || n, n, n, ${NOW} + 600000, NULL FROM n`,
    ],
  );
  expect(await counter.count?.()).toMatchObject({ ok: true, value: 5 });
  expect((await stored(counter)).tables).not.toContain('keys');
  // The last one is known, and one of minutes ago is not: its copies are refused as too late.
  expect(await counter.increment?.(1, 'key 160001', NOW)).toMatchObject({ ok: true, value: 160_001 });
  expect(await counter.increment?.(1, 'key 2', NOW)).toMatchObject({ ok: true, value: 6 });
});
