import { expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { bytes, type KvBackend, MIB, refusal, text } from './backend.js';

export function values(backend: KvBackend): void {
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

export function keys(backend: KvBackend): void {
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
