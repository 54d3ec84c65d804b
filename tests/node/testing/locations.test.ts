import { expect, it } from 'vitest';
import { clocked } from '../../support/time.js';

const MINUTE = 60_000;

it('shows a write where it was made at once, and elsewhere after a minute', async () => {
  const { kv, pass } = clocked();
  const [here, tokyo] = [kv.invocation(), kv.at('tokyo')];
  await kv.put('key', 'value', { metadata: 1 });
  expect(await here.get('key')).toBe('value');
  expect(await tokyo.get('key')).toBeNull();
  expect(await tokyo.getWithMetadata('key')).toMatchObject({ value: null, metadata: null });
  expect(await tokyo.get(['key'])).toEqual(new Map([['key', null]]));
  pass(MINUTE - 1);
  // It does not matter how often, or when, somebody has looked meanwhile.
  expect(await tokyo.get('key')).toBeNull();
  expect(await kv.at('tokyo').get('key')).toBeNull();
  pass(1);
  expect(await tokyo.getWithMetadata('key')).toMatchObject({ value: 'value', metadata: 1 });
});

it('shows the old value meanwhile, also of a key that was deleted', async () => {
  const { kv, pass } = clocked();
  const tokyo = kv.at('tokyo');
  await kv.put('changed', 'old');
  await kv.put('deleted', 'old');
  pass(MINUTE);
  await kv.put('changed', 'new');
  await kv.delete('deleted');
  expect(await kv.get('deleted')).toBeNull();
  expect(await tokyo.get(['changed', 'deleted'])).toEqual(
    new Map([
      ['changed', 'old'],
      ['deleted', 'old'],
    ]),
  );
  pass(MINUTE);
  expect(await tokyo.get('changed')).toBe('new');
  expect(await tokyo.get('deleted')).toBeNull();
});

it('lets the last write win everywhere, each when it arrives', async () => {
  const { kv, pass } = clocked();
  const tokyo = kv.at('tokyo');
  const paris = kv.at('paris');
  await kv.put('key', 'here');
  pass(10_000);
  await tokyo.put('key', 'tokyo');
  const seen = async () => [await kv.get('key'), await tokyo.get('key'), await paris.get('key')];
  expect(await seen()).toEqual(['here', 'tokyo', null]);
  pass(50_000);
  expect(await seen()).toEqual(['here', 'tokyo', 'here']);
  pass(10_000);
  expect(await seen()).toEqual(['tokyo', 'tokyo', 'tokyo']);
});

it('remembers a miss for a minute, also when the write would be there', async () => {
  const { kv, pass } = clocked({ propagationMs: 0 });
  const [tokyo, paris] = [kv.at('tokyo'), kv.at('paris')];
  expect(await tokyo.get('key')).toBeNull();
  await kv.put('key', 'value');
  expect(await paris.get('key')).toBe('value');
  pass(MINUTE - 1);
  expect(await tokyo.get('key')).toBeNull();
  pass(1);
  expect(await tokyo.get('key')).toBe('value');
});

it('forgets what a location had read when that location writes', async () => {
  const { kv } = clocked();
  expect(await kv.get('key')).toBeNull();
  await kv.put('key', 'value');
  expect(await kv.get('key')).toBe('value');
});

it('serves what was read for as long as cacheTtl, and longer than a write needs to arrive', async () => {
  const { kv, pass } = clocked();
  const tokyo = kv.at('tokyo');
  await kv.put('key', 'old');
  pass(MINUTE);
  const long = { cacheTtl: 300 };
  expect(await tokyo.get('key', long)).toBe('old');
  await kv.put('key', 'new');
  pass(299_999);
  expect(await tokyo.get('key', long)).toBe('old');
  pass(1);
  expect(await tokyo.get('key', long)).toBe('new');
});

it('looks again for a reader that allows less, and for those after him', async () => {
  const { kv, pass } = clocked({ propagationMs: 0 });
  const [tokyo, paris] = [kv.at('tokyo'), kv.at('paris')];
  await kv.put('key', 'old');
  for (const location of [tokyo, paris]) await location.get('key', { cacheTtl: 3_600 });
  pass(30_000);
  await kv.put('key', 'new');
  expect(await tokyo.get('key', { cacheTtl: 31 })).toBe('old');
  expect(await paris.get('key', { cacheTtl: 30 })).toBe('new');
  pass(1_000);
  expect(await tokyo.get('key', { cacheTtl: 3_600 })).toBe('new');
});

it('never serves what has expired, whoever has read it', async () => {
  const { kv, pass } = clocked();
  await kv.put('key', 'value', { expirationTtl: 120 });
  pass(MINUTE);
  expect(await kv.at('tokyo').get('key', { cacheTtl: 3_600 })).toBe('value');
  // Expiries are whole seconds: the clock began at half of one.
  pass(59_499);
  expect(await kv.get('key')).toBe('value');
  pass(1);
  expect(await kv.get('key')).toBeNull();
  expect(await kv.at('tokyo').get('key')).toBeNull();
  expect((await kv.list()).keys).toEqual([]);
});

it('lists what has arrived', async () => {
  const { kv, pass } = clocked();
  const tokyo = kv.at('tokyo');
  const names = async (at: typeof kv) => (await at.list()).keys.map(({ name }) => name);
  await kv.put('a', '');
  expect([await names(kv), await names(tokyo)]).toEqual([['a'], []]);
  pass(MINUTE);
  await kv.delete('a');
  expect([await names(kv), await names(tokyo)]).toEqual([[], ['a']]);
  pass(MINUTE);
  expect(await names(tokyo)).toEqual([]);
});

it('iterates over what was just deleted or has just expired: a page may be empty and not the last', async () => {
  const { kv, pass } = clocked({ operationsPerInvocation: Infinity });
  for (let i = 0; i < 6; i++) await kv.put(`key-${i}`, '', i === 5 ? {} : { expirationTtl: 60 + 30 * i });
  pass(89_500);
  for (const i of [1, 2, 3]) await kv.delete(`key-${i}`);
  const first = await kv.list({ limit: 3 });
  expect(first).toEqual({ keys: [], list_complete: false, cursor: expect.any(String), cacheStatus: null });
  const cursor = first.list_complete ? null : first.cursor;
  expect(await kv.list({ limit: 3, cursor })).toMatchObject({
    keys: [{ name: 'key-4' }, { name: 'key-5' }],
    list_complete: true,
  });
  pass(MINUTE);
  expect(await kv.list({ limit: 2 })).toMatchObject({ keys: [{ name: 'key-4' }, { name: 'key-5' }] });
});

it('goes on from a cursor when the key it stopped at is gone, and refuses one it did not give', async () => {
  const { kv, pass } = clocked();
  for (const name of ['a', 'b', 'ü\u{1f600}', '\u{1f680}']) await kv.put(name, '');
  const page = await kv.list({ limit: 3 });
  const cursor = page.list_complete ? null : page.cursor;
  pass(1_000);
  await kv.delete('ü\u{1f600}');
  expect((await kv.list({ cursor })).keys).toEqual([{ name: '\u{1f680}' }]);
  for (const bad of ['z', 'YQ==', 'ü', '5', `${cursor}x`]) {
    await expect(kv.list({ cursor: bad }), bad).rejects.toThrow('KV GET failed: 400 Invalid cursor');
  }
});

it('lists 1,000 keys in a page', async () => {
  const { kv } = clocked();
  for (let i = 0; i < 1_000; i++) await kv.put(`key-${i}`, '');
  await kv.at('here').put('key-x', '');
  const reader = kv.invocation();
  const first = await reader.list();
  expect([first.keys.length, first.list_complete]).toEqual([1_000, false]);
  const second = await reader.list({ cursor: first.list_complete ? null : first.cursor });
  expect(second).toEqual({ keys: [{ name: 'key-x' }], list_complete: true, cacheStatus: null });
});
