import { expect, it } from 'vitest';
import { type ObjectStorage, storageSuite } from '../suites/storage.js';
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
  expect(storage.isEmpty()).toBe(false);
  await storage.deleteAll();
  storage.commit();
  expect(storage.isEmpty()).toBe(true);
});
