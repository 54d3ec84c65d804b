// SessionStoreClient when calls on objects fail.
import { type ObjectHandle, SessionStoreClient } from '@codex/cloudflare-clients';
import { describe, expect, it, vi } from 'vitest';
import { code, listening, unique } from '../../support/backend.js';
import { failure, intercepted } from '../../support/interception.js';
import { namespace, record } from './objects.js';

// Some of these make hundreds of calls, on a machine that may have other work.
vi.setConfig({ testTimeout: 60_000 });
// A listener, so that slow calls on a busy machine are not printed.
const onEvent = () => {};
const store = new SessionStoreClient(namespace, { onEvent });

describe('objects that fail', () => {
  const failing = (method: string, error: Error, times = Number.POSITIVE_INFINITY) => {
    let left = times;
    return intercepted(namespace, ({ method: called }) => {
      if (called !== method || left <= 0) return undefined;
      left -= 1;
      return Promise.reject(error);
    });
  };
  const methods = {
    get: 'readSession',
    set: 'addEntry',
    'set ': 'putSession',
    delete: 'removeSession',
    list: 'readIndex',
    'list ': 'readSession',
    revokeAll: 'revokeUser',
  };

  async function prepared(handle: ObjectHandle, timeoutMs?: number) {
    const [id, customer] = [unique('s'), unique('c')];
    await store.set(record(id, customer));
    const client = new SessionStoreClient(handle, { timeoutMs, onEvent });
    const calls: Record<string, () => Promise<unknown>> = {
      get: () => client.get(id),
      set: () => client.set(record(id, customer)),
      delete: () => client.delete(id),
      list: () => client.list(customer),
      revokeAll: () => client.revokeAll(customer),
    };
    return { calls, customer };
  }

  it.each(Object.entries(methods))('%s: what %s failed with reaches the caller', async (name, method) => {
    const errors: [Error, string][] = [
      [failure({}), 'object_unavailable'],
      [failure({ remote: true }), 'object_unavailable'],
      [failure({ retryable: true, overloaded: true }), 'object_overloaded'],
      [failure({ retryable: true }), 'object_unavailable'],
    ];
    for (const [error, expected] of errors) {
      const { calls } = await prepared(failing(method, error));
      expect(await code((calls[name.trim()] as () => Promise<unknown>)())).toBe(expected);
    }
    const hanging = intercepted(namespace, ({ method: called }) =>
      called === method ? new Promise(() => {}) : undefined,
    );
    const { calls } = await prepared(hanging, 50);
    expect(await code((calls[name.trim()] as () => Promise<unknown>)())).toBe('timeout');
  });

  it.each(Object.entries(methods))('%s: what %s failed with once is made again', async (name, method) => {
    const { calls } = await prepared(failing(method, failure({ retryable: true }), 1));
    await (calls[name.trim()] as () => Promise<unknown>)();
  });

  it('does not fail a call that has done its work when the index cannot be told', async () => {
    const { events, onEvent } = listening();
    const handle = failing('forgetEntries', failure({}));
    const client = new SessionStoreClient(handle, { onEvent });
    const [id, one, two] = [unique('s'), unique('c'), unique('c')];
    await client.set(record(id, one));
    await client.set(record(id, two));
    expect(events.filter(({ note }) => note)).toMatchObject([{ note: 'object_failed', operation: 'set' }]);
    expect(await store.list(one)).toEqual([]);
    await client.delete(id);
    expect(await store.list(two)).toEqual([]);
    expect(await client.revokeAll(two)).toBe(0);
  });

  it('says how many were revoked when some could not be reached, and goes on when called again', async () => {
    const customer = unique();
    const ids = Array.from({ length: 5 }, () => unique('s'));
    for (const id of ids) await store.set(record(id, customer));
    const down = `session:${ids[2]}`;
    const handle = intercepted(namespace, ({ name, method }) =>
      name === down && method === 'revokeSession' ? Promise.reject(failure({})) : undefined,
    );
    const error = await new SessionStoreClient(handle).revokeAll(customer).catch((error) => error);
    expect(error).toMatchObject({ code: 'partial_failure', retryable: true });
    expect(error.message).toContain('after 4');
    expect(await store.list(customer)).toEqual([record(ids[2] as string, customer)]);
    expect(await store.revokeAll(customer)).toBe(1);
  });

  it('names a binding of something else', async () => {
    const other = { idFromName: () => ({}), get: () => ({ readSession: async () => 'hello' }) };
    expect(await code(new SessionStoreClient(other).get('a'))).toBe('misconfigured');
  });
});
