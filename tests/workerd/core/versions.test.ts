// An application and its objects are deployed one after the other: each works with the version before of the other.
import { env } from 'cloudflare:workers';
import * as clients from '@codex/cloudflare-clients';
import * as betterAuth from '@codex/cloudflare-clients/better-auth';
import { describe, expect, it, test } from 'vitest';
import { AUTH, SHARED_AUTH } from '../../suites/auth_storage/uses.js';
import { CARTS, SHARED_CARTS } from '../../suites/cart/uses.js';
import { COORDINATION, SHARED_COORDINATION } from '../../suites/coordination/uses.js';
import type { Setting } from '../../suites/core/uses.js';
import { LIMITS, SHARED_LIMITS } from '../../suites/rate_limit/uses.js';
import { CACHE, SHARED_CACHE } from '../../suites/session/cache_uses.js';
import { SESSIONS, SHARED_SESSIONS } from '../../suites/session/uses.js';
import { intercepted } from '../../support/interception.js';
import { previous } from '../../support/previous.js';

const USES = [CARTS, SESSIONS, CACHE, LIMITS, COORDINATION, AUTH].flat();
const SHARED = [
  SHARED_CARTS,
  SHARED_SESSIONS,
  SHARED_CACHE,
  SHARED_LIMITS,
  SHARED_COORDINATION,
  SHARED_AUTH,
].flat();

const ours: Setting['clients'] = { ...clients, ...betterAuth };
const bindings = env as Record<string, clients.ObjectHandle>;

/** The objects of a version, as another isolate than any before calls them. */
const objectsOf =
  (version: 'this' | 'previous'): Setting['objects'] =>
  (binding) =>
    intercepted(bindings[version === 'this' ? binding : `PREVIOUS_${binding}`] as clients.ObjectHandle);

describe.each([
  ['clients of the previous version on objects of this one', previous, 'this'],
  ['clients of this version on objects of the previous one', ours, 'previous'],
] as const)('%s', (_, version, objects) => {
  it.each(USES)('$method', async ({ go, gets }) => {
    expect(await go({ clients: version, objects: objectsOf(objects) })).toEqual(gets);
  });
});

describe.each(['this', 'previous'] as const)('callers of both versions on objects of %s', (version) => {
  const objects = objectsOf(version);

  describe.each(SHARED)('$what', ({ go, gets }) => {
    it.each([
      ['the previous version first', previous, ours],
      ['this version first', ours, previous],
    ])('%s', async (_, first, second) => {
      expect(await go({ clients: first, objects }, { clients: second, objects })).toEqual(gets);
    });
  });
});

test('every method of every client of objects is used', () => {
  const methods = [
    ours.CartStoreClient,
    ours.SessionStoreClient,
    ours.SessionCacheClient,
    ours.RateLimiterClient,
    ours.LockClient,
    ours.CounterClient,
  ].flatMap(({ name, prototype }) =>
    Object.getOwnPropertyNames(prototype)
      .filter((method) => method !== 'constructor')
      .map((method) => `${name}.${method}`),
  );
  const functions = (['secondaryStorage', 'rateLimitStorage'] as const).flatMap((name) =>
    Object.keys(ours[name](bindings.AUTH_DO as clients.ObjectHandle))
      // What is new in this version has tests of its own.
      .filter((method) => method in previous[name](bindings.AUTH_DO as clients.ObjectHandle))
      .map((method) => `${name}.${method}`),
  );
  expect(USES.map(({ method }) => method).toSorted()).toEqual([...methods, ...functions].toSorted());
});
