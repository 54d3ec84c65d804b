// Every class moves to its next version by the first write, keeps what it has, and does not go back.
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import * as next from '../../../target/faults/entries/durable_objects.js';
import type { ObjectClass } from '../../support/previous.js';
import { NOTHING, storedIn } from '../../support/snapshots.js';
import { stateOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';
import { type Call, CLASSES, madeBefore, NOW, objectOf, reply } from './classes.js';

stoppedClock(NOW);

describe.each(CLASSES)('$name', ({ className, write, read, value, look = read, empty, more, after }) => {
  // The class of the next version on the same storage, as after a deployment.
  const upgraded = (object: object, [method, ...args]: Call) =>
    runInDurableObject(object, (_, state) => {
      const Next = (next as unknown as Record<string, ObjectClass>)[className] as ObjectClass;
      const instance = new Next(state, {}) as Record<string, (...args: unknown[]) => unknown>;
      return instance[method]?.(...args);
    });

  const versionOf = async (object: object) => (await stateOf(object))?.[0];

  it('moves to the next version by a write, not by a read, and keeps what it has', async () => {
    const object = objectOf(className);
    expect(await reply(object, write)).toMatchObject({ ok: true });
    const before = await storedIn(object);
    expect(await upgraded(object, read)).toMatchObject({ ok: true, value });
    expect(await storedIn(object)).toEqual(before);
    expect(await upgraded(object, more)).toMatchObject({ ok: true });
    const [version = 0] = before.values.state as Uint8Array;
    expect(await versionOf(object)).toBe(version + 1);
    expect(await upgraded(object, read)).toMatchObject({ ok: true, value: after });
  });

  it('moves to the next version from tables at once', async () => {
    const [object, other] = [objectOf(className), objectOf(className)];
    await reply(other, write);
    await madeBefore(className, object, [write]);
    expect(await upgraded(object, read)).toMatchObject({ ok: true, value });
    expect(await versionOf(object)).toBe(Number(await versionOf(other)) + 1);
    expect(await upgraded(object, more)).toMatchObject({ ok: true });
    expect(await upgraded(object, read)).toMatchObject({ ok: true, value: after });
  });

  it('is refused by the version before, and is not empty', async () => {
    const object = objectOf(className);
    await upgraded(object, write);
    expect(await reply(object, read)).toMatchObject({ ok: false, code: 'misconfigured' });
    expect(await reply(object, write)).toMatchObject({ ok: false, code: 'misconfigured' });
    expect(await upgraded(object, read)).toMatchObject({ ok: true, value });
  });

  it('stores nothing by a read of what was never written', async () => {
    const object = objectOf(className);
    expect(await upgraded(object, look)).toMatchObject({ ok: true, value: empty });
    expect(await storedIn(object)).toEqual(NOTHING);
  });
});
