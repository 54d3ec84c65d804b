// What a constructor is given that means nothing is refused there and then, with a code of ours: a wrong type is
// neither a TypeError, nor taken for something else, nor found out later.
import {
  CacheClient,
  type CacheOptions,
  CartStoreClient,
  type CartStoreOptions,
  type ClientOptions,
  CloudflareClientsError,
  CounterClient,
  type ErrorCode,
  KVClient,
  LockClient,
  type ObjectClientOptions,
  RateLimiterClient,
  type RateLimiterOptions,
  SessionCacheClient,
  type SessionCacheOptions,
  SessionStoreClient,
  type SessionStoreOptions,
} from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { describe, expect, it } from 'vitest';

interface Kind {
  wrong: readonly unknown[];
  right: readonly unknown[];
  code: ErrorCode;
}

const call = () => {};
const objects = { idFromName: () => ({}), get: () => ({}), jurisdiction: () => objects };
const kv = {
  get: async () => null,
  getWithMetadata: async () => ({ value: null, metadata: null }),
  put: async () => {},
  delete: async () => {},
  list: async () => ({ keys: [], list_complete: true }),
};

// Of each type one, and what is of the right type and still means nothing.
const ANY = [null, 'yes', '', 7n, Symbol('option'), {}, [], Number.NaN, -1];
const milliseconds: Kind = {
  wrong: [...ANY, true, call, '5', [5], 0, 2 ** 31, Infinity],
  right: [1, 0.5, 2 ** 31 - 1],
  code: 'misconfigured',
};
const wholeSeconds: Kind = {
  wrong: [...ANY, true, call, '60', [60], 0, 1.5, 315_360_001, Infinity],
  right: [1, 315_360_000],
  code: 'invalid_ttl',
};
const seconds: Kind = {
  wrong: [...ANY, true, call, '60', [60]],
  right: [0, 0.5, 3_600],
  code: 'misconfigured',
};
const truth: Kind = { wrong: [...ANY, call, 0, 1, 'true'], right: [true, false], code: 'misconfigured' };
const callback: Kind = { wrong: [...ANY, true, 0, 1], right: [call], code: 'misconfigured' };
const oneOf = (...right: string[]): Kind => ({
  wrong: [...ANY, true, call, 0, 1, 'mars', [right[0]]],
  right,
  code: 'misconfigured',
});
const namespace: Kind = {
  wrong: [...ANY, undefined, true, call, 0, 'SESSION_DO', kv],
  right: [objects],
  code: 'invalid_handle',
};

const text: Kind = {
  wrong: [...ANY.filter((value) => value !== 'yes'), true, call, 0, 'x'.repeat(513), '\ud800'],
  right: ['LIMIT_KV', 'x'.repeat(512)],
  code: 'misconfigured',
};

const onAny = { name: text, onEvent: callback, timeoutMs: milliseconds };
const onObjects = {
  ...onAny,
  slowMs: milliseconds,
  locationHint: oneOf('wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'),
  jurisdiction: oneOf('eu', 'fedramp'),
} satisfies Table<ObjectClientOptions>;
const limits = {
  ...onObjects,
  onUnavailable: oneOf('throw', 'allow', 'deny'),
  waitUntil: callback,
  localBlock: truth,
} satisfies Table<RateLimiterOptions>;
const sessions = {
  ...onAny,
  hashTokens: truth,
  trackUsers: truth,
  maxAgeSeconds: {
    wrong: [...ANY, true, call, '60', [60], 0, 59],
    right: [60, 3_600, Infinity],
    code: 'misconfigured',
  },
  waitUntil: callback,
  revocations: namespace,
  revocationsName: text,
  maxStalenessSeconds: seconds,
  slowMs: milliseconds,
} satisfies Table<SessionCacheOptions>;

/** Every option that the typings name, and no other. */
type Table<Options> = Record<keyof Options, Kind>;
interface Client {
  make(options: unknown): unknown;
  options: Record<string, Kind>;
}

const clients: Record<string, Client> = {
  KVClient: {
    make: (options) => new KVClient(kv, options as never),
    options: onAny satisfies Table<ClientOptions>,
  },
  CacheClient: {
    make: (options) => new CacheClient(kv, options as never),
    options: { ...onAny, waitUntil: callback } satisfies Table<CacheOptions>,
  },
  SessionCacheClient: {
    make: (options) => new SessionCacheClient(kv, options as never),
    options: sessions,
  },
  'SessionCacheClient with revocations': {
    make: (options) =>
      new SessionCacheClient(kv, plain(options) ? { revocations: objects, ...options } : (options as never)),
    options: sessions,
  },
  SessionStoreClient: {
    make: (options) => new SessionStoreClient(objects, options as never),
    options: { ...onObjects, ttlSeconds: wholeSeconds } satisfies Table<SessionStoreOptions>,
  },
  'RateLimiterClient on KV': {
    make: (options) => new RateLimiterClient(kv, options as never),
    options: limits,
  },
  'RateLimiterClient on objects': {
    make: (options) => new RateLimiterClient(objects, options as never),
    options: limits,
  },
  CartStoreClient: {
    make: (options) => new CartStoreClient(objects, options as never),
    options: {
      ...onObjects,
      ttlSeconds: wholeSeconds,
      onUnavailable: oneOf('throw', 'memory'),
    } satisfies Table<CartStoreOptions>,
  },
  LockClient: { make: (options) => new LockClient(objects, options as never), options: onObjects },
  CounterClient: { make: (options) => new CounterClient(objects, options as never), options: onObjects },
  secondaryStorage: { make: (options) => secondaryStorage(objects, options as never), options: onObjects },
  rateLimitStorage: { make: (options) => rateLimitStorage(objects, options as never), options: onObjects },
};

const plain = (options: unknown): options is object =>
  typeof options === 'object' && options !== null && !Array.isArray(options);

const shown = (value: unknown) =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'symbol' || value === call
    ? `${typeof value} ${String(value)}`
    : JSON.stringify(value);

/** What a constructor threw; its code, or its name where it is none of ours. */
function thrown(make: () => unknown): { code: string; message: string } | undefined {
  try {
    make();
  } catch (error) {
    const { name, message } = error as Error;
    return error instanceof CloudflareClientsError
      ? { code: error.code, message }
      : { code: `a raw ${name}`, message };
  }
  return undefined;
}

/** What each of the values leads to. */
const outcomes = (values: readonly unknown[], make: (value: unknown) => unknown) =>
  Object.fromEntries(values.map((value) => [shown(value), thrown(() => make(value))?.code ?? 'taken']));
const all = (values: readonly unknown[], outcome: string) =>
  Object.fromEntries(values.map((value) => [shown(value), outcome]));

describe.each(Object.entries(clients))('%s', (_, { make, options }) => {
  it.each(Object.entries(options))('refuses what %s cannot be, and says so', (name, { wrong, code }) => {
    const given = (value: unknown) => make({ [name]: value });
    expect(outcomes(wrong, given)).toEqual(all(wrong, code));
    const { message } = thrown(() => given(null)) ?? {};
    expect(message).toContain(code === 'invalid_handle' ? 'Durable Object namespace' : name);
  });

  it.each(Object.entries(options))('takes what %s is for, and undefined for none', (name, { right }) => {
    // Undefined is no namespace: a binding that is missing.
    const values = name === 'revocations' ? right : [...right, undefined];
    expect(outcomes(values, (value) => make({ [name]: value }))).toEqual(all(values, 'taken'));
  });

  it('refuses options that are no object; null and undefined are none, and unknown ones nobody asks for', () => {
    const wrong = ['text', '', 7, 0, true, false, 7n, Symbol('options'), [], [{}], call, Number.NaN];
    expect(outcomes(wrong, make)).toEqual(all(wrong, 'misconfigured'));
    const right = [undefined, null, {}, { another: 1 }];
    expect(outcomes(right, make)).toEqual(all(right, 'taken'));
  });
});

it('a jurisdiction needs a namespace that has jurisdictions', () => {
  const { jurisdiction: _, ...without } = objects;
  for (const make of [
    () => new LockClient(without, { jurisdiction: 'eu' }),
    () => new CartStoreClient(without, { jurisdiction: 'eu' }),
    () => new SessionStoreClient(without, { jurisdiction: 'eu' }),
    () => new RateLimiterClient(without, { jurisdiction: 'eu' }),
  ]) {
    expect(thrown(make)?.code).toBe('unsupported');
  }
});

it('revocations need a KV handle with metadata', () => {
  const { getWithMetadata: _, ...bare } = kv;
  expect(thrown(() => new SessionCacheClient(bare, { revocations: objects }))?.code).toBe('unsupported');
});
