// A set of SessionStoreClient that others overtake.
import { SessionStoreClient } from '@codex/cloudflare-clients';
import { describe, expect, it, vi } from 'vitest';
import { code, unique } from '../../support/backend.js';
import { holding, intercepted } from '../../support/interception.js';
import { stopClock } from '../../support/time.js';
import { namespace, record, stub } from './objects.js';

// Some of these make hundreds of calls, on a machine that may have other work.
vi.setConfig({ testTimeout: 60_000 });
// A listener, so that slow calls on a busy machine are not printed.
const onEvent = () => {};
const store = new SessionStoreClient(namespace, { onEvent });

describe('a set that is under way', () => {
  it('is refused when its customer was revoked meanwhile', async () => {
    const [id, customer] = [unique('s'), unique('c')];
    const { objects, held, letGo } = holding(namespace, 'putSession');
    const setting = code(new SessionStoreClient(objects).set(record(id, customer)));
    await held;
    expect(await store.revokeAll(customer)).toBe(0);
    letGo();
    expect(await setting).toBe('conflict');
    expect(await store.get(id)).toBeNull();
    expect(await store.list(customer)).toEqual([]);
  });

  it('is refused after half a minute, when its entry may be forgotten', async () => {
    const clock = stopClock();
    const [id, customer] = [unique('s'), unique('c')];
    const { objects, held, letGo } = holding(namespace, 'putSession');
    const setting = code(
      new SessionStoreClient(objects, { timeoutMs: 100_000, onEvent }).set(record(id, customer)),
    );
    await held;
    const index = () => stub(`customer:${customer}`).readIndex?.();
    clock.pass(30_000);
    await store.list(customer);
    expect(await index()).toMatchObject({ ok: true, value: { ids: [id] } });
    clock.pass(30_001);
    await store.list(customer);
    expect(await index()).toMatchObject({ ok: true, value: { ids: [] } });
    letGo();
    expect(await setting).toBe('conflict');
    expect(await store.get(id)).toBeNull();
  });

  it('does not undo a later one of the same session', async () => {
    const [id, customer] = [unique('s'), unique('c')];
    const { objects, held, letGo } = holding(namespace, 'putSession');
    const setting = new SessionStoreClient(objects).set(record(id, customer, { userAgent: 'first' }));
    await held;
    await store.set(record(id, customer, { userAgent: 'second' }));
    letGo();
    await setting;
    expect(await store.get(id)).toMatchObject({ userAgent: 'second' });
  });

  it('is not brought back by its own repetition after a delete, a move or a revocation', async () => {
    const customer = unique();
    for (const end of [
      (id: string) => store.delete(id),
      (id: string) => store.set(record(id, unique())),
      () => store.revokeAll(customer),
    ]) {
      const id = unique('s');
      let again: () => Promise<unknown> = async () => {};
      const handle = intercepted(namespace, ({ method, deliver }) => {
        if (method === 'putSession') again = deliver;
        return undefined;
      });
      await new SessionStoreClient(handle).set(record(id, customer));
      await end(id);
      const after = await store.get(id);
      expect(await again()).toMatchObject({ ok: false, code: 'conflict' });
      expect(await store.get(id)).toEqual(after);
      expect(await store.list(customer)).toEqual([]);
    }
  });
});
