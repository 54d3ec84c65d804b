import { expect, it } from 'vitest';
import { type ObjectStorage, storageSuite } from '../suites/core/storage.js';
import { SimulatedStorage } from './storage.js';

storageSuite('the simulation', async (job) => {
  const storage = new SimulatedStorage({ onAlarm: () => {} });
  await job(storage as unknown as ObjectStorage);
  storage.commit();
  storage.close();
});

it('an event that cannot be kept leaves nothing, and its alarm is not set', async () => {
  const alarms: unknown[] = [];
  let full = false;
  const fail = (what: string) => {
    if (full && what === 'commit') throw new Error('the disk is full');
  };
  const storage = new SimulatedStorage({ onAlarm: (at) => alarms.push(at), fail });
  storage.sql.exec('CREATE TABLE t (a)');
  storage.commit();
  full = true;
  storage.sql.exec('INSERT INTO t VALUES (1)');
  void storage.setAlarm(5);
  expect(() => storage.commit()).toThrow('the disk is full');
  full = false;
  expect(storage.sql.exec('SELECT * FROM t').toArray()).toEqual([]);
  expect([await storage.getAlarm(), alarms]).toEqual([null, []]);
  await storage.setAlarm(7);
  storage.commit();
  expect(alarms).toEqual([7]);
  // It rings while an event runs that fails: it does not come back, where nobody would let it ring.
  storage.sql.exec('INSERT INTO t VALUES (2)');
  storage.takeAlarm();
  storage.rollback();
  expect(await storage.getAlarm()).toBeNull();
  // Deleted where none is set: whoever waits to try an alarm again hears of it.
  await storage.deleteAlarm();
  storage.commit();
  expect(alarms).toEqual([7, null]);
  // What only reads has nothing that could not be kept.
  full = true;
  storage.sql.exec('SELECT * FROM t');
  storage.commit();
  full = false;
  expect(storage.isEmpty()).toBe(false);
  await storage.deleteAll();
  storage.commit();
  expect(storage.isEmpty()).toBe(true);
});
