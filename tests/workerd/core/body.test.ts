// How the objects of all classes keep what they have: nothing for nothing, all of a call or none of it, and never what
// they cannot read.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { unique } from '../../support/backend.js';
import { NOTHING, storedIn, toTheEnd } from '../../support/snapshots.js';
import { failing, failureOf, putState, stateOf } from '../../support/stored.js';
import { stoppedClock } from '../../support/time.js';
import { type Case, CLASSES, madeBefore, NOW, objectOf, reply } from './classes.js';

type Tried = Pick<Case, 'className' | 'write' | 'read' | 'value'>;

const REFUSED = /^(invalid_|timeout$)/;
const UNREADABLE = 'misconfigured';
// By a refusal; or the object was reset, since it had written before.
const FAILED = /^(object_unavailable|a write failed half way)$/;

const clock = stoppedClock(NOW);

/** A call during which `broken` fails keeps nothing, and the object works after. */
async function keepsNothingOf({ className, write, read, value }: Tried, broken: 'put' | 'setAlarm') {
  const name = unique();
  const mend = await failing(objectOf(className, name), broken);
  expect(await failureOf(reply(objectOf(className, name), write))).toMatch(FAILED);
  mend();
  const object = objectOf(className, name);
  expect(await storedIn(object)).toEqual(NOTHING);
  expect(await reply(object, write)).toMatchObject({ ok: true });
  expect(await reply(object, read)).toMatchObject({ ok: true, value });
}

describe.each(CLASSES)('$name', ({ className, write, read, value, look = read, empty, refused, end }) => {
  async function written() {
    const object = objectOf(className);
    expect(await reply(object, write)).toMatchObject({ ok: true });
    return { object, state: (await stateOf(object)) as Uint8Array };
  }

  it('stores nothing by reads and refused calls', async () => {
    const object = objectOf(className);
    expect(await reply(object, look)).toMatchObject({ ok: true, value: empty });
    for (const call of refused) expect(await failureOf(reply(object, call)), call[0]).toMatch(REFUSED);
    expect(await storedIn(object)).toEqual(NOTHING);
  });

  it('writes nothing by a call that changes nothing', async () => {
    const { object, state } = await written();
    // So that a write would fail.
    const mend = [await failing(object, 'put'), await failing(object, 'setAlarm')];
    expect(await reply(object, read)).toMatchObject({ ok: true, value });
    for (const call of refused) expect(await failureOf(reply(object, call)), call[0]).toMatch(REFUSED);
    expect(await reply(object, write), 'the same call again').toMatchObject({ ok: true });
    expect(await reply(object, read)).toMatchObject({ ok: true, value });
    for (const mended of mend) mended();
    expect(await stateOf(object)).toEqual(state);
  });

  it('refuses a state of a newer version, and keeps it, also when its alarm rings', async () => {
    const { object, state } = await written();
    const newer = Uint8Array.of(99, ...state.slice(1));
    await putState(object, newer);
    for (const call of [read, write]) expect(await failureOf(reply(object, call))).toBe(UNREADABLE);
    clock.pass(3_600_000);
    await runDurableObjectAlarm(object);
    expect(await stateOf(object)).toEqual(newer);
  });

  it.each<[string, (state: Uint8Array) => unknown[]]>([
    ['a state that is cut off', (state) => [...state.keys()].map((length) => state.slice(0, length))],
    ['a state that goes on', (state) => [Uint8Array.of(...state, 0), Uint8Array.of(...state, ...state)]],
    ['bytes of something else', () => [new Uint8Array(100), new Uint8Array(100).fill(1)]],
    ['what is not bytes', (state) => ['text', '', 0, { state }, state.buffer]],
  ])('refuses %s, and keeps it', async (_, made) => {
    const { object, state } = await written();
    for (const other of made(state)) {
      await putState(object, other);
      for (const call of [read, write]) {
        expect(await failureOf(reply(object, call)), `${call[0]} of ${String(other)}`).toBe(UNREADABLE);
      }
      expect((await storedIn(object)).values).toEqual({ state: other });
    }
    await putState(object, state);
    expect(await reply(object, read)).toMatchObject({ ok: true, value });
  });

  it('keeps nothing of a call whose state is not stored, and works after', () =>
    keepsNothingOf({ className, write, read, value }, 'put'));

  it('is emptied by its alarm, and begins anew', async () => {
    const { object } = await written();
    if (end) await reply(object, end);
    await toTheEnd(object);
    expect(await storedIn(object)).toEqual(NOTHING);
    clock.at(0);
    expect(await reply(object, look)).toMatchObject({ ok: true, value: empty });
    expect(await reply(object, write)).toMatchObject({ ok: true });
    expect(await reply(object, read)).toMatchObject({ ok: true, value });
  });

  it('undoes a migration that fails half way, and does it by the next call', async () => {
    const name = unique();
    await madeBefore(className, objectOf(className, name), [write]);
    const before = await storedIn(objectOf(className, name));
    expect(before.values).toEqual({});
    const mend = await failing(objectOf(className, name), 'put');
    expect(await failureOf(reply(objectOf(className, name), read))).toMatch(FAILED);
    mend();
    const object = objectOf(className, name);
    expect(await storedIn(object)).toEqual(before);
    expect(await reply(object, read)).toMatchObject({ ok: true, value });
    expect(Object.keys((await storedIn(object)).values)).toEqual(['state']);
  });
});

// A counter that has a value has no alarm.
describe.each(CLASSES.filter(({ end }) => !end))('$name', ({ className, write, read, value }) => {
  it('keeps nothing of a call whose alarm is not set, and works after', () =>
    keepsNothingOf({ className, write, read, value }, 'setAlarm'));

  it('sets an alarm that fails again, and is emptied by that', async () => {
    const object = objectOf(className);
    await reply(object, write);
    const state = await stateOf(object);
    await putState(object, new Uint8Array());
    clock.pass(3 * 3_600_000);
    await runDurableObjectAlarm(object);
    expect(await storedIn(object)).toMatchObject({ alarm: Date.now() + 60_000 });
    await putState(object, state);
    await failDeletion(object);
    clock.pass(60_000);
    await runDurableObjectAlarm(object);
    expect(await storedIn(object)).toMatchObject({ alarm: Date.now() + 60_000, values: { state } });
    clock.pass(60_000);
    await runDurableObjectAlarm(object);
    expect(await storedIn(object)).toEqual(NOTHING);
  });
});

// Once.
const failDeletion = (object: object) =>
  runInDurableObject(object, (_, { storage }) => {
    const deleteAll = storage.deleteAll.bind(storage);
    storage.deleteAll = () => {
      storage.deleteAll = deleteAll;
      return Promise.reject(new Error('disk full'));
    };
  });

// The version before sees nothing in these, and goes on with tables of its own.
describe.each(CLASSES.filter(({ guarded }) => !guarded))('$name', ({ className, write, read, value }) => {
  it('has what was written last: tables beside a state are of a roll-back', async () => {
    const object = objectOf(className);
    const [method, ...args] = write;
    const other = { check: [args[0], 1, 9, NOW], acquire: ['ann', 10, NOW], set: ['k', 'old', 60, NOW] }[
      method
    ];
    expect(await reply(object, [method, ...(other ?? [])])).toMatchObject({ ok: true });
    await evictDurableObject(object);
    await madeBefore(className, object, [write]);
    expect(await reply(object, read)).toMatchObject({ ok: true, value });
    await evictDurableObject(object);
    expect(await reply(object, read)).toMatchObject({ ok: true, value });
  });
});
