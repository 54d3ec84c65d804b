import type { ListPage } from '@codex/cloudflare-clients/testing';
import { expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { type KvBackend, MIB, refusal } from './backend.js';

export function bulkReads(backend: KvBackend): void {
  it('reads many keys as a Map, with null for those that are missing', async () => {
    const kv = backend.kv();
    const [one, two, none] = [unique('a'), unique('b'), unique('c')];
    await kv.put(one, '{"one":1}', { metadata: { m: 1 } });
    await kv.put(two, 'null');
    const keys = [two, one, none, one];
    const texts = new Map([
      [two, 'null'],
      [one, '{"one":1}'],
      [none, null],
    ]);
    expect(await kv.get(keys)).toEqual(texts);
    expect(await kv.get(keys, { type: 'text' })).toEqual(texts);
    expect(await kv.get(keys, 'json')).toEqual(
      new Map<string, unknown>([...texts, [one, { one: 1 }], [two, null]]),
    );
    const both = await kv.getWithMetadata(keys);
    expect([...both.keys()].sort()).toEqual([one, two, none]);
    expect(both.get(one)).toMatchObject({ value: '{"one":1}', metadata: { m: 1 } });
    expect(both.get(two)).toMatchObject({ value: 'null', metadata: null });
    expect(both.get(none)).toBeNull();
    expect((await kv.getWithMetadata([one], 'json')).get(one)).toMatchObject({ value: { one: 1 } });
  });

  it('reads 1 to 100 keys, as text or JSON, and fails as a whole', async () => {
    const kv = backend.kv();
    const [fine, noJson] = [unique(), unique()];
    await kv.put(fine, '1');
    await kv.put(noJson, 'text');
    const many = (length: number) => Array.from({ length }, (_, i) => `none-${i}`);
    expect((await kv.get(many(100))).size).toBe(100);
    const failed = 'Error: KV GET_BULK failed:';
    expect(await refusal(() => kv.get(many(101)))).toBe(
      `${failed} 400 You can request a maximum of 100 keys`,
    );
    expect(await refusal(() => kv.get([]))).toBe(`${failed} 400 You must request a minimum of 1 key`);
    for (const type of ['arrayBuffer', 'stream', 'blob']) {
      const message = `${failed} 400 "${type}" is not a valid type. Use "json" or "text"`;
      expect(await refusal(() => kv.get([fine], type as never))).toBe(message);
      expect(await refusal(() => kv.getWithMetadata([fine], { type } as never))).toBe(message);
    }
    const message = `${failed} 400 At least one of the requested keys corresponds to a non-json value`;
    expect(await refusal(() => kv.get([fine, noJson], 'json'))).toBe(message);
    expect(await refusal(() => kv.get([fine, '']))).toBe(`${failed} 400 Key names must not be empty`);
    expect(await refusal(() => kv.get([fine, 'x'.repeat(513)]))).toContain(`${failed} 414 UTF-8 encoded`);
  });

  it('reads 25 MiB together and no more', async () => {
    const kv = backend.kv();
    const [half, other, more] = [unique(), unique(), unique()];
    await Promise.all([half, other].map((key) => kv.put(key, 'x'.repeat(12.5 * MIB))));
    await kv.put(more, 'x');
    expect((await kv.get([half, other])).size).toBe(2);
    expect(await refusal(() => kv.get([half, other, more]))).toBe(
      'Error: KV GET_BULK failed: 413 Total size of request exceeds the limit of 25MB',
    );
  });

  it('loses keys that look like the index of an array, as the runtime does', async () => {
    const kv = backend.kv();
    const number = `${Math.floor(Math.random() * 4e9)}`;
    await kv.put(number, 'there');
    expect(await kv.get(number)).toBe('there');
    expect([...(await kv.get([number, `0${number}`, '4294967295'])).keys()]).toEqual([
      `0${number}`,
      '4294967295',
    ]);
  });
}

export function deletes(backend: KvBackend): void {
  it('deletes a key, there or not, and nothing when it is given many', async () => {
    const kv = backend.kv();
    const [one, two] = [unique(), unique()];
    await kv.put(one, 'one');
    await kv.put(two, 'two');
    backend.nextSecond();
    expect(await kv.delete([one, two] as never)).toBeUndefined();
    expect(await kv.get(one)).toBe('one');
    await kv.delete(one);
    await kv.delete(unique());
    expect(await kv.get(one)).toBeNull();
    expect(await kv.get([one, two])).toEqual(
      new Map([
        [one, null],
        [two, 'two'],
      ]),
    );
    expect((await kv.list({ prefix: one })).keys).toEqual([]);
  });
}

export function listing(backend: KvBackend): void {
  it('lists what begins with a prefix in the order of its UTF-8 bytes', async () => {
    const kv = backend.kv();
    const prefix = unique('list');
    const names = ['', 'B', 'a', 'a:b', 'b', 'é', '\uffee', '\u{1f600}'].map((end) => `${prefix}:${end}`);
    for (const name of names.toReversed()) await kv.put(name, 'value');
    await kv.put(`${prefix.slice(0, -1)}`, 'value');
    const page = await kv.list({ prefix: `${prefix}:` });
    expect(page).toMatchObject({ list_complete: true });
    expect(page).not.toHaveProperty('cursor');
    expect(page.keys.map(({ name }) => name)).toEqual(names);
    const all = (await kv.list()).keys.map(({ name }) => name);
    expect(all.filter((name) => name.startsWith(`${prefix}:`))).toEqual(names);
    expect((await kv.list({ prefix: null, cursor: null })).keys.length).toBe(all.length);
  });

  it('lists in pages', async () => {
    const kv = backend.kv();
    const prefix = unique('page');
    const names = Array.from({ length: 7 }, (_, i) => `${prefix}:${i}`);
    await Promise.all(names.map((name) => kv.put(name, 'value')));
    const pages: string[][] = [];
    let cursor: string | null = null;
    do {
      const page: ListPage<unknown> = await kv.list({ prefix, limit: 3, cursor });
      pages.push(page.keys.map(({ name }) => name));
      cursor = page.list_complete ? null : page.cursor;
    } while (cursor !== null);
    expect(pages).toEqual([names.slice(0, 3), names.slice(3, 6), names.slice(6)]);
    // What exactly fills a page is complete.
    expect(await kv.list({ prefix, limit: 7 })).toMatchObject({ list_complete: true });
  });

  it('lists 1,000 keys at a time and no more', async () => {
    const kv = backend.kv();
    const prefix = unique();
    await kv.put(prefix, '');
    for (const limit of [1_000, 0, -1]) {
      expect(await kv.list({ prefix, limit })).toMatchObject({
        keys: [{ name: prefix }],
        list_complete: true,
      });
    }
    expect(await refusal(() => kv.list({ prefix, limit: 1_001 }))).toBe(
      'Error: KV GET failed: 400 Invalid key_count_limit of 1001. Please specify an integer less than 1000.',
    );
    expect(await refusal(() => kv.list({ prefix: 'x'.repeat(513) }))).toBe(
      'Error: KV GET failed: 414 UTF-8 encoded length of 513 exceeds key length limit of 512.',
    );
  });
}
