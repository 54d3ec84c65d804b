// A deployment that is rolled back: the version before finds objects that this one has written, and must not take
// them for empty, nor empty them.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import * as ours from '@codex/cloudflare-clients/durable-objects';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../previous/snapshot.js';
import { unique } from '../../support/backend.js';
import { BINDINGS } from '../../support/classes.js';
import { type ObjectClass, previousClasses } from '../../support/previous.js';
import { NOTHING, restored, SNAPSHOTS, storedIn } from '../../support/snapshots.js';
import { stubOf } from '../../support/stored.js';
import { stopClock } from '../../support/time.js';

type Call = [method: string, ...args: unknown[]];

const LIMIT = { limit: 5, window: 60, keyPrefix: 'fixed:' };
const RECORD = { sessionId: 's', customerId: 'c', userAgent: 'Firefox', createdAt: new Date(5) };
const sent = undefined;

interface Case {
  name: string;
  className: string;
  write: Call;
  read: Call;
  snapshot: string;
  seen: 'refused' | 'empty';
}

/**
 * Of each class a write and a read, a snapshot that the read finds something in, and whether the version before refuses
 * an object that was new in this one, or sees nothing in it.
 */
const CLASSES = [
  {
    name: 'CartDurableObject',
    className: 'CartDurableObject',
    write: ['set', '{"mug":{"sku":{"id":"mug"},"qty":2}}', 60],
    read: ['get', 1],
    snapshot: 'lines',
    seen: 'refused',
  },
  {
    name: 'SessionDurableObject',
    className: 'SessionDurableObject',
    write: ['putSession', RECORD, Date.UTC(2031, 4, 6, 7, 8, 10), 3_600_000],
    read: ['readSession'],
    snapshot: 'a record',
    seen: 'refused',
  },
  {
    name: 'RateLimitDurableObject',
    className: 'RateLimitDurableObject',
    write: ['check', [LIMIT], 2, 1, sent],
    read: ['peek', LIMIT],
    snapshot: 'a limit that is used up',
    seen: 'empty',
  },
  {
    name: 'CoordinationDurableObject',
    className: 'CoordinationDurableObject',
    write: ['increment', 7, 'another key', sent],
    read: ['count'],
    snapshot: 'a counter',
    seen: 'refused',
  },
  {
    name: 'CoordinationDurableObject, as a lock',
    className: 'CoordinationDurableObject',
    write: ['acquire', 'ann', 30, sent],
    // Whoever holds it gets the same again.
    read: ['acquire', 'ann', 30, sent],
    snapshot: 'a lock that is held',
    seen: 'empty',
  },
  {
    name: 'AuthStorageDurableObject',
    className: 'AuthStorageDurableObject',
    write: ['set', 'another key', 'value', 3_600, sent],
    read: ['get'],
    snapshot: 'a value with an end',
    seen: 'empty',
  },
] satisfies Case[];

const [{ madeAt } = { madeAt: 0 }] = SNAPSHOTS;

describe.each(CLASSES)('$name', ({ className, write, read, snapshot, seen }) => {
  const Ours = (ours as unknown as Record<string, ObjectClass>)[className] as ObjectClass;
  const Previous = previousClasses[className] as ObjectClass;

  // An instance for each call: what it knows is what is stored.
  const by = (Class: ObjectClass, object: object, [method, ...args]: readonly unknown[]) =>
    runInDurableObject(object, (_, state) => {
      const instance = new Class(state, {}) as Record<string, (...args: unknown[]) => unknown>;
      return instance[method as string]?.(...args);
    });

  const unused = () => {
    stopClock(madeAt + 1_000);
    return stubOf(
      (env as Record<string, ObjectHandle>)[BINDINGS[className] as string] as ObjectHandle,
      unique(),
    );
  };

  async function written() {
    const object = unused();
    expect(await by(Ours, object, write)).toMatchObject({ ok: true });
    return { object, value: await by(Ours, object, read) };
  }

  async function migrated() {
    const object = unused();
    const found = SNAPSHOTS.find((of) => of.className === className)?.objects[snapshot] as Snapshot;
    await restored(object, found.stored);
    return { object, value: await by(Ours, object, read) };
  }

  async function isRefused({ object, value }: { object: object; value: unknown }) {
    expect(value).toMatchObject({ ok: true });
    const refusal = { ok: false, code: 'misconfigured' };
    expect(await by(Previous, object, read)).toMatchObject(refusal);
    expect(await by(Previous, object, write)).toMatchObject(refusal);
    expect(await by(Ours, object, read)).toEqual(value);
  }

  it('an object that this version has migrated is refused, and is as it was', async () => {
    await isRefused(await migrated());
  });

  it(`a new object of this version is ${seen}`, async () => {
    const made = await written();
    if (seen === 'refused') return isRefused(made);
    expect(await by(Previous, made.object, read)).toEqual(await by(Previous, unused(), read));
    expect(await by(Ours, made.object, read)).toEqual(made.value);
  });

  it('the alarm of the version before deletes nothing of an object that this one has migrated', async () => {
    const { object, value } = await migrated();
    await by(Previous, object, ['alarm']);
    expect(await by(Ours, object, read)).toEqual(value);
  });

  const becomes = seen === 'refused' ? 'deletes nothing' : 'empties it, since it sees nothing there';
  it(`the alarm of the version before, in a new object of this one, ${becomes}`, async () => {
    const { object, value } = await written();
    await by(Previous, object, ['alarm']);
    if (seen === 'refused') expect(await by(Ours, object, read)).toEqual(value);
    else expect(await storedIn(object)).toEqual(NOTHING);
  });
});
