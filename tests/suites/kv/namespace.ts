import type { ListPage, Namespace } from '@codex/cloudflare-clients/testing';
import { describe, expect, it } from 'vitest';
import { unique } from '../../support/backend.js';

/** A KV whose own behaviour is tested. */
export interface KvBackend {
  name: string;
  kv(): Namespace;
  /** Lets a second go by, where a key may be written once a second only. */
  nextSecond(): void;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: ArrayBuffer | ReadableStream | null) => new Response(value).text();
const MIB = 1_048_576;

/** The message of the error a call ends with; `getWithMetadata` of workerd throws some of them at once. */
const refusal = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'no error';
};

/** What production, workerd and the strict double have in common. */
export function kvSuite(backend: KvBackend): void {
  describe(`KV: ${backend.name}`, () => {
    values(backend);
    keys(backend);
    lifetimes(backend);
    metadata(backend);
    bulkReads(backend);
    deletes(backend);
    listing(backend);
  });
}

function values(backend: KvBackend): void {
  it('reads a value as text, as JSON, as bytes and as a stream, whatever it was put as', async () => {
    const kv = backend.kv();
    const json = '{"a":["ü\u{1f600}"]}';
    const buffer = bytes(json).buffer as ArrayBuffer;
    const inside = bytes(`xx${json}x`).subarray(2, -1);
    for (const value of [json, buffer, bytes(json), inside, new Response(json).body as ReadableStream]) {
      const key = unique();
      await kv.put(key, value);
      expect(await kv.get(key)).toBe(json);
      expect(await kv.get(key, 'text')).toBe(json);
      expect(await kv.get(key, {})).toBe(json);
      expect(await kv.get(key, 'json')).toEqual({ a: ['ü\u{1f600}'] });
      expect(await kv.get(key, { type: 'json', cacheTtl: 60 })).toEqual({ a: ['ü\u{1f600}'] });
      expect(await text(await kv.get(key, 'arrayBuffer'))).toBe(json);
      expect(await text(await kv.get(key, 'stream'))).toBe(json);
      expect((await kv.getWithMetadata(key, 'json')).value).toEqual({ a: ['ü\u{1f600}'] });
    }
  });

  it('keeps an empty value and a byte order mark, and answers null for what is missing', async () => {
    const kv = backend.kv();
    const [empty, marked, missing] = [unique(), unique(), unique()];
    await kv.put(empty, '');
    await kv.put(marked, '\ufeffmarked');
    expect(await kv.get(empty)).toBe('');
    expect(await text(await kv.get(empty, 'stream'))).toBe('');
    expect((await kv.get(empty, 'arrayBuffer'))?.byteLength).toBe(0);
    expect(await kv.get(marked)).toBe('\ufeffmarked');
    expect(await kv.get(missing)).toBeNull();
    expect(await kv.get(missing, 'json')).toBeNull();
    expect(await kv.get(missing, 'arrayBuffer')).toBeNull();
    expect(await kv.get(missing, 'stream')).toBeNull();
    expect(await kv.getWithMetadata(missing)).toMatchObject({ value: null, metadata: null });
  });

  it('keeps a copy: what callers do to a buffer later changes nothing', async () => {
    const kv = backend.kv();
    const key = unique();
    const mine = bytes('mine');
    await kv.put(key, mine);
    mine.fill(0);
    const theirs = new Uint8Array((await kv.get(key, 'arrayBuffer')) as ArrayBuffer);
    theirs.fill(0);
    expect(await kv.get(key)).toBe('mine');
  });

  it('makes text of any primitive, and refuses other objects', async () => {
    const kv = backend.kv();
    for (const value of [undefined, null, 7, true, 1n]) {
      const key = unique();
      await kv.put(key, value as never);
      expect(await kv.get(key)).toBe(`${value}`);
    }
    const key = unique();
    for (const value of [{}, ['a'], new Date(), () => 'a', new Blob(['a'])]) {
      expect(await refusal(() => kv.put(key, value as never))).toMatch(/^TypeError: KV put\(\) accepts only/);
    }
    expect(await kv.get(key)).toBeNull();
  });

  it('says so when a value cannot be read as what was asked for', async () => {
    const kv = backend.kv();
    const key = unique();
    await kv.put(key, 'no json');
    expect(await refusal(() => kv.get(key, 'json'))).toMatch(/^SyntaxError: /);
    for (const type of ['blob', '', 7, { type: 'blob' }]) {
      const message = 'TypeError: Unknown response type. Possible types are "text", "arrayBuffer", "json"';
      expect(await refusal(() => kv.get(key, type as never))).toContain(message);
      expect(await refusal(() => kv.getWithMetadata(key, type as never))).toContain(message);
    }
  });

  it('takes 25 MiB and no more', async () => {
    const kv = backend.kv();
    const [fits, large, flood] = [unique(), unique(), unique()];
    await kv.put(fits, 'x'.repeat(25 * MIB));
    expect((await kv.get(fits, 'arrayBuffer'))?.byteLength).toBe(25 * MIB);
    const message = `Error: KV PUT failed: 413 Value length of ${25 * MIB + 1} exceeds limit of 26214400.`;
    expect(await refusal(() => kv.put(large, 'x'.repeat(25 * MIB + 1)))).toBe(message);
    let left = 26;
    const stream = new ReadableStream({
      type: 'bytes',
      pull: (controller) => {
        if (left-- > 0) controller.enqueue(new Uint8Array(MIB));
        else controller.close();
      },
    });
    expect(await refusal(() => kv.put(flood, stream))).toMatch(
      /^Error: KV PUT failed: 413 Value length of \d+ exceeds limit of 26214400\.$/,
    );
    expect(await kv.get(large)).toBeNull();
    expect(await kv.get(flood)).toBeNull();
  });

  it('fails with what a stream fails with', async () => {
    const kv = backend.kv();
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('mine')) });
    expect(await refusal(() => kv.put(unique(), broken))).toBe('Error: mine');
  });
}

function keys(backend: KvBackend): void {
  it('takes keys of up to 512 bytes, and refuses none, `.` and `..`', async () => {
    const kv = backend.kv();
    const calls: [string, (key: string) => Promise<unknown>][] = [
      ['GET', (key) => kv.get(key)],
      ['GET', (key) => kv.getWithMetadata(key)],
      ['PUT', (key) => kv.put(key, 'value')],
      ['DELETE', (key) => kv.delete(key)],
    ];
    for (const [method, call] of calls) {
      expect(await refusal(() => call(''))).toBe('TypeError: Key name cannot be empty.');
      expect(await refusal(() => call('.'))).toBe('TypeError: "." is not allowed as a key name.');
      expect(await refusal(() => call('..'))).toBe('TypeError: ".." is not allowed as a key name.');
      const tooLong = `Error: KV ${method} failed: 414 UTF-8 encoded length of 514 exceeds key length limit of 512.`;
      expect(await refusal(() => call('ü'.repeat(257)))).toBe(tooLong);
      expect(await refusal(() => call('a\ud800'))).toContain(`KV ${method} failed: 400`);
    }
    for (const key of [
      `${unique()}${'€'.repeat(158)}`,
      `${unique()}/../?&#% +\u0000\n`,
      '...',
      '__proto__',
    ]) {
      await kv.put(key, key);
      expect(await kv.get(key)).toBe(key);
    }
  });

  it('makes text of any key', async () => {
    const kv = backend.kv();
    const key = unique();
    await kv.put([key, 'b'] as never, 'value');
    expect(await kv.get(`${key},b`)).toBe('value');
  });
}

function lifetimes(backend: KvBackend): void {
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

function metadata(backend: KvBackend): void {
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

function bulkReads(backend: KvBackend): void {
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

function deletes(backend: KvBackend): void {
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

function listing(backend: KvBackend): void {
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
