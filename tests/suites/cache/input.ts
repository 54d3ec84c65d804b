import { CacheClient } from '@codex/cloudflare-clients';
import { expect, it, vi } from 'vitest';
import { type Backend, code, counted, listening, unique } from '../../support/backend.js';

function circle(): unknown {
  const value: { self?: { self?: unknown } } = { self: {} };
  (value.self as { self?: unknown }).self = value;
  return value;
}

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

const MINE = new Error('mine');
const fails = (): never => {
  throw MINE;
};

/** What visitors choose, and what JSON would lose. */
export function inputSuite(backend: Backend): void {
  it('finds nothing under a key that KV does not take, deletes nothing, and loads without caching', async () => {
    const { events, onEvent } = listening();
    const { kv, count } = counted(backend.kv());
    const cache = new CacheClient(kv, { onEvent });
    for (const key of ['x'.repeat(513), 'ü'.repeat(257), 'x'.repeat(100_000)]) {
      expect(await cache.get(key)).toBeNull();
      expect(await cache.getMany([key])).toEqual(new Map());
      await cache.delete(key);
      await cache.deleteMany([key]);
      events.splice(0);
      const load = vi.fn(() => 'loaded');
      expect(await cache.getOrSet(key, 60, load)).toBe('loaded');
      expect(await cache.getOrSet(key, 60, load)).toBe('loaded');
      expect(load).toHaveBeenCalledTimes(2);
      expect(events.slice(0, 2)).toMatchObject([{ note: 'not_cached', code: 'invalid_key' }, { hit: false }]);
    }
    expect(count).toEqual({});
  });

  it('does not cache for a TTL of zero or less', async () => {
    const { kv, count } = counted(backend.kv());
    const load = vi.fn(() => 'loaded');
    for (const ttl of [0, -1, -Infinity]) {
      expect(await new CacheClient(kv).getOrSet(unique(), ttl, load)).toBe('loaded');
    }
    expect(load).toHaveBeenCalledTimes(3);
    expect(count).toEqual({});
  });

  class Secret {
    readonly #value = 'secret';
    toString = () => this.#value;
  }
  class Point {
    constructor(
      readonly x: number,
      readonly y: number,
    ) {}
  }
  class Hidden {
    readonly #value = 1;
    value() {
      return this.#value;
    }
  }
  const lost: [string, unknown, RegExp][] = [
    ['a promise', Promise.resolve([1]), /: it is a promise$/],
    // biome-ignore lint/suspicious/noThenProperty: as queries of drizzle have it
    ['a query that was not awaited', { posts: { sql: 'select', then() {} } }, /: posts is a promise$/],
    ['a Map', { by: new Map([['a', 1]]) }, /: by is a Map$/],
    ['a Set', [1, new Set([1])], /: \[1\] is a Set$/],
    ['a Response', { a: [{ b: new Response('text') }] }, /: a\[0\]\.b is a Response$/],
    ['an Error', { error: new TypeError('mine') }, /: error is an Error$/],
    ['bytes', { bytes: new Uint8Array(4) }, /: bytes is a Uint8Array$/],
    ['private state', { hidden: new Hidden() }, /: hidden is an object without public fields$/],
    ['a BigInt', { items: [1, 2, 3, { price: 1n }] }, /: items\[3\]\.price is a BigInt$/],
    ['a BigInt of a toJSON', { items: [{ toJSON: () => ({ n: 1n }) }] }, /: items\[0\]\.n is a BigInt$/],
    ['a circle', circle(), /: self\.self refers to what it is in$/],
    ['nothing', () => {}, /: it is a function$/],
    ['a name that may be data', { 'user@example.com': new Map() }, /: \[…\] is a Map$/],
    [
      'a name that is a token',
      { by: { kq3WcZ0bX9Lr7TtYp2HsJmVnQe8FgDaB: new Map() } },
      /: by\[…\] is a Map$/,
    ],
    ['more levels than 256', nested(257), /256 levels/],
  ];

  it.each(lost)('refuses %s, which JSON would lose, and says where', async (_, value, where) => {
    const { events, onEvent } = listening();
    const { kv, count } = counted(backend.kv());
    const cache = new CacheClient(kv, { onEvent });
    expect(await code(cache.set('k', value as never, 60))).toBe('invalid_value');
    await expect(cache.set('k', value as never, 60)).rejects.toThrow(where);
    expect(count).toEqual({});
    events.splice(0);
    // A loader's own is returned. Awaited, a promise is its value.
    if (value instanceof Promise || (value as { posts?: unknown }).posts) return;
    expect(await cache.getOrSet<unknown>(unique(), 60, () => value)).toBe(value);
    expect(events[0]).toMatchObject({ note: 'not_cached', code: 'invalid_value' });
    expect(count.put).toBeUndefined();
  });

  it.each<[string, object, string]>([
    [
      'a getter',
      {
        items: [
          {
            get price() {
              return fails();
            },
          },
        ],
      },
      'items[0].price',
    ],
    ['a toJSON', { items: [{ toJSON: fails }] }, 'items[0].toJSON()'],
    ['a toJSON of all', { toJSON: fails }, 'toJSON()'],
    [
      'a toJSON that is a getter',
      {
        a: {
          get toJSON() {
            return fails();
          },
        },
      },
      'a',
    ],
    ['a proxy', { a: new Proxy({}, { ownKeys: fails }) }, 'a'],
  ])('keeps what %s throws as the cause, and says where', async (_, value, where) => {
    const error = await new CacheClient(backend.kv()).set('k', value as never, 60).catch((error) => error);
    expect(error).toMatchObject({ code: 'invalid_value', retryable: false, cause: MINE });
    expect(error.message).toBe(`The value cannot be stored as JSON: ${where} threw (see cause)`);
  });

  it('stores what JSON can say: classes with fields, dates, null prototypes, 256 levels', async () => {
    const cache = new CacheClient(backend.kv());
    const values = [
      new Point(1, 2),
      { at: new Date(0), url: new URL('https://example.com/') },
      Object.assign(Object.create(null), { a: 1 }),
      { nothing: undefined, method() {} },
      nested(256),
      new Secret(),
    ];
    for (const value of values) {
      const key = unique();
      await cache.set(key, value as never, 60);
      expect(await cache.get(key)).toEqual(JSON.parse(JSON.stringify(value)));
    }
  });
}
