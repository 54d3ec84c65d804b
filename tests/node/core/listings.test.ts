// What a KV handle returns as a listing may be a proxy, or none: it is read once, behind a guard.
import { CacheClient, KVClient, SessionCacheClient } from '@codex/cloudflare-clients';
import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { expect, it } from 'vitest';
import { code } from '../../support/backend.js';

const throwing = (target: object) =>
  new Proxy(target, {
    get: () => {
      throw new Error('of a proxy');
    },
  });
const revoked = Proxy.revocable([], {});
revoked.revoke();
const last = { list_complete: true };
const metadata = Object.defineProperty({ name: 'a' }, 'metadata', {
  enumerable: true,
  get: () => {
    throw new Error('of a getter');
  },
});

it.each<[string, unknown]>([
  ['a proxy that throws', throwing({})],
  ['keys that throw', { keys: throwing(['a']), ...last }],
  ['keys that are revoked', { keys: revoked.proxy, ...last }],
  ['a key that throws', { keys: [throwing({ name: 'a' })], ...last }],
  ['metadata that throw', { keys: [metadata], ...last }],
  ['keys without names', { keys: [null, 5, { name: 3 }], ...last }],
  ['no keys', last],
  ['nothing', null],
])('%s is an error of KV', async (_, page) => {
  const kv = Object.assign(createStrictKv(), { list: async () => page });
  for (const call of [
    new CacheClient(kv, { name: 'KV' }).clear({ prefix: 'a' }),
    new KVClient(kv, { name: 'KV' }).list().next(),
    new SessionCacheClient(kv, { name: 'KV' }).deleteUserSessions('u'),
  ]) {
    expect(['kv_unavailable', 'invalid_handle']).toContain(await code(call));
  }
});

it('nothing stands under a key or a prefix that is too long', async () => {
  const kv = createStrictKv();
  const long = 'x'.repeat(600);
  expect(await new KVClient(kv).getWithMetadata(long)).toEqual({ value: null, metadata: null });
  expect(await new KVClient(kv).list({ prefix: long }).next()).toMatchObject({ done: true });
  expect(await new CacheClient(kv).clear({ prefix: long })).toEqual({ deleted: 0, complete: true });
});
