// Operations cross into the wasm by their names: what is unknown there is an error, and not the last of a list.
import { SessionStoreClient } from '@codex/cloudflare-clients';
import { describe, expect, it } from 'vitest';
import { code } from '../../support/backend.js';
import { call } from '../../support/internal.js';

const called: string[] = [];
const handle = {
  idFromName: () => ({}),
  get: () => new Proxy({}, { get: (_, method: string) => async () => void called.push(method) }),
};
const namespace = { handle, placement: undefined, limitMs: 1_000 };
const limiter = { namespace, namespaceId: 1, onUnavailable: 'throw', localBlock: false };
const limit = { limit: 5, window: 60, keyPrefix: 'rl:' };

describe('an operation that the wasm does not know', () => {
  it.each([
    ['storeCall', namespace, 1, 'revoke', 'c1'],
    ['exactLimit', limiter, 'forget', 'id', [limit], 1],
    ['exactLimit', { ...limiter, onUnavailable: 'ignore' }, 'check', 'id', [limit], 1],
    ['kvLimitPeek', { kv: {}, limitMs: 0, onUnavailable: 'ignore' }, 1, 'key', 5, 60],
    ['authCall', namespace, 'clear', 'key', []],
  ])('%s is refused, and no object is called', async (name, ...args) => {
    const made = call((wasm) => (wasm as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args));
    expect(await code(made)).toBe('misconfigured');
    expect(called).toEqual([]);
  });

  it('and one that it knows goes through', async () => {
    await code(new SessionStoreClient(handle as never).get('s1'));
    expect(called).toEqual(['readSession']);
  });
});
