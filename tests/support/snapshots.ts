// What versions before have stored, and how it comes into an object of this one: tests/previous/README.md.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { vi } from 'vitest';
import { fromJson, restore, type Snapshots, type Stored, take } from '../previous/snapshot.js';

const files = import.meta.glob('../previous/snapshots/*/*.json', { eager: true, import: 'default' });

/** All snapshots, with the version and the subject as the name. */
export const SNAPSHOTS = Object.entries(files).map(([path, json]) => {
  const [subject = '', version = ''] = path.replace('.json', '').split('/').reverse();
  return { version, subject, ...(fromJson(json) as Snapshots) };
});

/** Stores a snapshot in a new object; the next call starts another instance. */
export async function restored(stub: object, stored: Stored): Promise<void> {
  await runInDurableObject(stub, (_, { storage }) => restore(storage, stored));
  await evictDurableObject(stub);
}

/** Everything that an object stores. */
export const storedIn = (stub: object): Promise<Stored> =>
  runInDurableObject(stub, (_, { storage }) => take(storage));

export const NOTHING: Stored = { alarm: null, schema: [], rows: {}, values: {} };

const alarmOf = (stub: object) => runInDurableObject(stub, (_, { storage }) => storage.getAlarm());

/** Sets the time, and rings the alarms that are due until then, each at its moment. */
export async function passTo(stub: object, moment: number): Promise<void> {
  for (let at = await alarmOf(stub); at !== null && at <= moment; at = await alarmOf(stub)) {
    vi.setSystemTime(Math.max(at, Date.now()));
    await runDurableObjectAlarm(stub);
  }
  vi.setSystemTime(moment);
}

/** Rings an object's alarms until there are none. */
export async function toTheEnd(stub: object): Promise<void> {
  for (let at = await alarmOf(stub); at !== null; at = await alarmOf(stub)) await passTo(stub, at);
}
