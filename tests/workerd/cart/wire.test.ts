import { env } from 'cloudflare:workers';
import { CartStoreClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { expect, test } from 'vitest';
import { unique } from '../../support/backend.js';
import type { Calls } from '../../support/rpc.js';

interface Stub {
  fetch(url: string, init: RequestInit): Promise<Response>;
}
const { CART_DO } = env as { CART_DO: ObjectHandle };
const mug = { id: 'mug', title: 'Mug' };

function wire(id = unique('cart'), url = 'https://cart') {
  const send = (body: unknown, init: RequestInit = {}) => {
    const stub = CART_DO.get(CART_DO.idFromName(id) as never) as Stub;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return stub.fetch(url, { method: 'POST', body: text, ...init });
  };
  return { id, send, json: async (body: unknown) => (await send(body)).json() };
}

test('the shop speaks to its cart as before', async () => {
  const { json, id } = wire();
  const ttl = 3_600;
  expect(await json({ op: 'init', ttl })).toEqual({ ok: true });
  expect(await json({ op: 'get', ttl })).toEqual({ ok: true, cart: {} });
  const one = { mug: { sku: mug, qty: 1 } };
  expect(await json({ op: 'increment', sku: mug, qty: 1, ttl })).toEqual({ ok: true, cart: one });
  const sized = { op: 'increment', sku: mug, qty: 2, size: 'L', rental: { days: 3 }, ttl };
  const two = { ...one, 'mug:L': { sku: mug, qty: 2, size: 'L', rental: { days: 3 } } };
  expect(await json(sized)).toEqual({ ok: true, cart: two });
  expect(await json({ op: 'setQty', skuId: 'mug:L', qty: 0, ttl })).toEqual({ ok: true, cart: one });
  expect(await json({ op: 'setQty', skuId: 'none', qty: 1, ttl })).toEqual({ ok: true, cart: null });
  expect(await json({ op: 'remove', skuId: 'none', ttl })).toEqual({ ok: true, cart: null });
  expect(await json({ op: 'remove', skuId: 'mug', ttl })).toEqual({ ok: true, cart: {} });
  expect(await json({ op: 'set', cart: two, ttl })).toEqual({ ok: true });
  expect(await json({ op: 'get' })).toEqual({ ok: true, cart: two });
  expect(await new CartStoreClient(CART_DO).getCart(id)).toEqual(two);
});

test('a change of another SKU, size or rental than the line’s is refused', async () => {
  const { send, json } = wire();
  const increment = (body: object) => send({ op: 'increment', qty: 1, ...body });
  await increment({ sku: { id: 'tee', price: 1 }, size: 'L', rental: { days: 3 } });
  const cart = await json({ op: 'get' });
  for (const body of [
    { sku: { id: 'tee:L', price: 9 } },
    { sku: { id: 'tee' }, size: 'L', rental: { days: 4 } },
  ]) {
    const refused = await increment(body);
    expect([refused.status, await refused.json()]).toMatchObject([400, { ok: false, code: 'invalid_value' }]);
  }
  expect(await json({ op: 'get' })).toEqual(cart);
  expect((await increment({ sku: { id: 'tee', price: 1 }, size: 'L', rental: null })).status).toBe(200);
});

test('host and path do not matter, and a retry with its key is applied once', async () => {
  const { json } = wire(undefined, 'http://anything.example/some/path?x=1');
  const body = { op: 'increment', sku: mug, qty: 1, idempotencyKey: 'once' };
  await json(body);
  expect(await json(body)).toEqual({ ok: true, cart: { mug: { sku: mug, qty: 1 } } });
});

test('what the wire does not know is refused, and nothing has changed', async () => {
  const { send, json } = wire();
  await json({ op: 'increment', sku: mug, qty: 1 });
  const unknown = await send({ op: 'explode' });
  expect([unknown.status, await unknown.json()]).toEqual([400, { ok: false }]);
  const refused: [unknown, number][] = [
    ['no JSON', 400],
    ['[]', 400],
    ['null', 400],
    ['', 400],
    [{}, 400],
    [{ op: 'increment' }, 400],
    [{ op: 'increment', sku: mug, qty: 1.5 }, 400],
    [{ op: 'increment', sku: mug, qty: '1' }, 400],
    [{ op: 'increment', sku: mug, qty: 1, ttl: -1 }, 400],
    [{ op: 'increment', sku: mug, qty: 1, ttl: 'x' }, 400],
    [{ op: 'increment', sku: mug, qty: 1_000_000 }, 422],
    [{ op: 'increment', sku: mug, qty: 1, ifVersion: 99 }, 409],
    [{ op: 'set' }, 400],
    [{ op: 'set', cart: [] }, 400],
    [{ op: 'setQty', qty: 1 }, 400],
    [{ op: 'remove', skuId: 5 }, 400],
    [JSON.stringify({ op: 'set', cart: {}, pad: 'x'.repeat(2_000_001) }), 413],
  ];
  for (const [body, status] of refused) {
    const response = await send(body);
    expect(response.status, JSON.stringify(body).slice(0, 80)).toBe(status);
    expect(await response.json()).toMatchObject({ ok: false });
  }
  expect((await send(undefined, { method: 'GET', body: null })).status).toBe(405);
  expect(await json({ op: 'get' })).toEqual({ ok: true, cart: { mug: { sku: mug, qty: 1 } } });
});

test('JSON that is nested deeply is refused, by the wire and by RPC, and the next call works', async () => {
  const { send, json, id } = wire();
  await json({ op: 'increment', sku: mug, qty: 1 });
  const stub = CART_DO.get(CART_DO.idFromName(id) as never) as unknown as Calls;
  for (const levels of [300, 10_000, 200_000]) {
    const deep = '['.repeat(levels) + ']'.repeat(levels);
    const line = `{"sku":{"id":"mug","deep":${deep}},"qty":1}`;
    for (const body of [`{"op":"set","cart":{"mug":${line}}}`, `{"op":"increment",${line.slice(1)}`]) {
      expect((await send(body)).status).toBe(400);
    }
    const refused = { ok: false, code: 'invalid_value' };
    expect(await stub.set?.(`{"mug":${line}}`, 60)).toMatchObject(refused);
    expect(await stub.change?.(`[{"op":"increment",${line.slice(1)}]`, 60)).toMatchObject(refused);
    expect(await stub.mutate?.(`[{"op":"increment",${line.slice(1)}]`, 60)).toMatchObject(refused);
    expect(await stub.merge?.('id', `{"mug":${line}}`, 'sum', 60)).toMatchObject(refused);
  }
  expect(await json({ op: 'get' })).toEqual({ ok: true, cart: { mug: { sku: mug, qty: 1 } } });
});
