// Makes snapshots: objects of the previous version, in the simulation's storage, with its clock and its chance.
import { isDeepStrictEqual } from 'node:util';
import { scopeOf } from '../simulation/isolate.js';
import type { Loader } from '../simulation/load.js';
import { SimulatedObject } from '../simulation/objects.js';
import { Random } from '../simulation/random.js';
import { Clock, Time } from '../simulation/time.js';
import { type Call, plain, restore, type Snapshot, type Snapshots, type Stored, take } from './snapshot.js';

/** When each snapshot is made. */
export const MADE_AT = Date.UTC(2031, 4, 6, 7, 8, 9);
/** When a scene begins, and its calls say that they were made: copies of them are not late yet after the snapshot. */
export const SENT = MADE_AT - 8_000;

/** A method and its arguments. */
export type Made = [method: string, ...args: unknown[]];

/** What is done to an object before its snapshot, and after it. */
export interface Scene {
  before(object: Recorded): Promise<void>;
  /** Begins a second later. */
  after(object: Recorded): Promise<void>;
}

/** The scenes of a class, by the names of their snapshots. */
export interface Scenes {
  className: string;
  scenes: Record<string, Scene>;
}

/** An object whose calls are recorded. */
export class Recorded {
  readonly calls: Call[] = [];
  readonly object: SimulatedObject;
  readonly #time = new Time();
  readonly #clock: Clock;

  constructor(className: string, load: Loader, from = MADE_AT) {
    this.#time.now = from;
    this.#clock = new Clock(this.#time, 0);
    const exports = load(scopeOf(this.#time, this.#clock, new Random('snapshots')));
    this.object = new SimulatedObject(this.#time, className, {
      clock: this.#clock,
      classes: { exports },
    });
  }

  /** The object's time. */
  get now(): number {
    return this.#clock.now();
  }

  /** Time goes on, and alarms ring. */
  readonly pass = (ms: number): Promise<void> => this.#time.run(this.#time.now + ms);

  /** Goes on to a moment. */
  readonly passTo = (moment: number): Promise<void> => this.pass(moment - this.now);

  /** The clock of the object's machine is set. */
  readonly setClock = (off: number): void => {
    this.#clock.off = off;
  };

  readonly call = async (...[method, ...args]: Made): Promise<unknown> => {
    const ms = this.now - MADE_AT;
    const reply = plain(await this.object.receive(method, args, { failsAt: undefined }));
    this.calls.push({ ms, method, args, reply });
    return (reply as { value?: unknown }).value;
  };

  /** Makes calls that change nothing any more: what a read returns stays the same. */
  readonly again = async (read: Made, ...made: Made[]): Promise<void> => {
    const before = await this.call(...read);
    for (const call of made) await this.call(...call);
    const after = await this.call(...read);
    if (!isDeepStrictEqual(before, after)) {
      throw new Error(`${read[0]} returned ${JSON.stringify(before)}, and then ${JSON.stringify(after)}`);
    }
  };

  /** Rings the alarms until there are none. Returns whether nothing is stored then. */
  async endsByItself(): Promise<boolean> {
    await this.#time.run();
    return this.object.storage.isEmpty();
  }
}

/** Plays the scenes of a class. */
export async function snapshotsOf({ className, scenes }: Scenes, load: Loader): Promise<Snapshots> {
  const objects: Record<string, Snapshot> = {};
  for (const [name, scene] of Object.entries(scenes)) {
    objects[name] = await played(className, scene, load).catch((error) => {
      throw new Error(`${className}: ${name}`, { cause: error });
    });
  }
  return { className, madeAt: MADE_AT, objects };
}

async function played(className: string, { before, after }: Scene, load: Loader): Promise<Snapshot> {
  const object = new Recorded(className, load, SENT);
  await before(object);
  if (object.now > MADE_AT) throw new Error('The snapshot is of a later moment');
  await object.passTo(MADE_AT);
  const stored = await take(object.object.storage);
  object.object.storage.commit();
  const ends = await left(className, stored, load);
  object.calls.length = 0;
  await object.pass(1_000);
  await after(object);
  if (!(await object.endsByItself())) throw new Error(`Left: ${object.object.storage.contents()}`);
  return { stored, calls: object.calls, ends };
}

// Whether a copy of it ends by itself.
async function left(className: string, stored: Stored, load: Loader): Promise<boolean> {
  const copy = new Recorded(className, load);
  await restore(copy.object.storage, stored);
  copy.object.storage.commit();
  return copy.endsByItself();
}
