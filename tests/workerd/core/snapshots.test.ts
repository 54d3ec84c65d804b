// What versions before have stored: this version's classes go on with it as they would have.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { CartStoreClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { describe, expect, it, vi } from 'vitest';
import { plain, type Snapshot } from '../../previous/snapshot.js';
import { code, unique } from '../../support/backend.js';
import { BINDINGS } from '../../support/classes.js';
import type { Calls } from '../../support/rpc.js';
import { NOTHING, passTo, restored, SNAPSHOTS, storedIn, toTheEnd } from '../../support/snapshots.js';
import { stubOf } from '../../support/stored.js';
import { stopClock } from '../../support/time.js';

describe.each(SNAPSHOTS)('$className, as $version has stored it', ({ className, madeAt, objects }) => {
  const namespace = (env as Record<string, ObjectHandle>)[BINDINGS[className] as string] as ObjectHandle;

  async function objectOf({ stored }: Snapshot): Promise<Calls> {
    stopClock(madeAt);
    const stub = stubOf(namespace, unique()) as Calls;
    await restored(stub, stored);
    return stub;
  }

  describe.each(Object.entries(objects))('%s', (_, snapshot) => {
    it.each([
      ['by one instance', async () => {}],
      ['by another instance for each call', evictDurableObject],
    ])('goes on, %s', async (_, between) => {
      const stub = await objectOf(snapshot);
      for (const call of snapshot.calls) {
        const { ms, method, args } = call;
        await passTo(stub, madeAt + ms);
        expect({ ...call, reply: plain(await stub[method]?.(...args)) }).toEqual(call);
        await between(stub);
      }
      await toTheEnd(stub);
      expect(await storedIn(stub)).toEqual(NOTHING);
    });

    it('ends by its alarm, when nobody calls it', async () => {
      const stub = await objectOf(snapshot);
      vi.setSystemTime(madeAt + 1_000);
      await toTheEnd(stub);
      const { alarm, schema, values } = await storedIn(stub);
      expect(alarm).toBeNull();
      expect([...schema, ...Object.keys(values)].length === 0).toBe(snapshot.ends);
    });
  });
});

// The names of carts are in what is stored, so these are those of the snapshots.
describe.each(SNAPSHOTS.filter(({ subject }) => subject === 'cart'))(
  'a merge that was under way in version $version',
  ({ madeAt, objects }) => {
    const { CART_DO } = env as { CART_DO: ObjectHandle };
    const underWay = 'a merge under way, in its source';

    it.each([
      ['before its target had done it', undefined, 2],
      ['after its target had done it', 'a merge that was done, in its target', 3],
      ['whose target has given it up', 'a merge that was given up, in its target', undefined],
    ])('%s: the next call finishes it', async (_, target, qty) => {
      stopClock(madeAt + 1_000);
      const carts = new CartStoreClient(CART_DO);
      const guest = unique('guest');
      await restored(stubOf(CART_DO, guest), (objects[underWay] as Snapshot).stored);
      await runInDurableObject(stubOf(CART_DO, 'mine'), (_, { storage }) => storage.deleteAll());
      if (target) await restored(stubOf(CART_DO, 'mine'), (objects[target] as Snapshot).stored);
      const merging = carts.mergeCart(guest, 'mine');
      if (qty === undefined) {
        expect(await code(merging)).toBe('conflict');
        expect(await carts.incrementQty(guest, { id: 'mug' }, 1)).toMatchObject({ mug: { qty: 3 } });
        return;
      }
      expect(await merging).toMatchObject({ mug: { qty } });
      expect(await carts.getCart(guest)).toEqual({});
      expect(await carts.mergeCart(guest, 'mine')).toMatchObject({ mug: { qty } });
    });
  },
);
