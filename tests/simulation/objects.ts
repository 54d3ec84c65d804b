import { AsyncLocalStorage } from 'node:async_hooks';
import type { Fate } from './faults.js';
import { SimulatedStorage } from './storage.js';
import type { Clock, Time } from './time.js';

/** A machine on which objects run: its copy of the classes, and its clock. */
export interface Machine {
  clock: Clock;
  classes: { readonly exports: Record<string, unknown> };
}

type Instance = Record<string, (...args: unknown[]) => unknown>;
type Class = new (context: object, env: object) => Instance;

/** An error as the runtime throws it where the stub is. */
export const failure = (
  message: string,
  flags: { retryable?: boolean; overloaded?: boolean; remote?: boolean },
) => Object.assign(new Error(message), flags);

/** One object: its storage stays, its instance comes and goes. */
export class SimulatedObject {
  readonly storage: SimulatedStorage;
  readonly #time: Time;
  readonly #className: string;
  #machine: Machine;
  #instance: Instance | undefined;
  #aborted = false;
  #queue: Promise<unknown> = Promise.resolve();
  #cancelAlarm = () => {};
  // Statements until SQLite fails, in the call that runs.
  #failsIn: number | undefined;
  /** Whether each alarm goes off twice, until something else is said. */
  alarmsTwice = false;

  constructor(time: Time, className: string, machine: Machine) {
    this.#time = time;
    this.#className = className;
    this.#machine = machine;
    this.storage = new SimulatedStorage({
      onAlarm: (at) => this.#planAlarm(at),
      fail: (what) => this.#fail(what),
    });
  }

  /** The instance ends; the next call starts another. */
  end(): void {
    this.#instance = undefined;
  }

  /** The same, on that machine. */
  evict(machine: Machine): void {
    this.end();
    this.#machine = machine;
  }

  /** Makes a call that has arrived. One after the other: the classes await nothing but their storage. */
  receive(method: string, args: unknown[], fate: Pick<Fate, 'failsAt'>): Promise<unknown> {
    const run = this.#queue.then(() => this.#run(method, args, fate.failsAt));
    this.#queue = run.catch(() => {});
    return run;
  }

  async #run(method: string, args: unknown[], failsAt: number | undefined): Promise<unknown> {
    this.#failsIn = failsAt;
    const instance = (this.#instance ??= this.#start());
    let value: unknown;
    let thrown: unknown;
    try {
      if (typeof instance[method] !== 'function') {
        throw new TypeError(`The RPC receiver does not implement the method "${method}".`);
      }
      value = await instance[method](...args);
    } catch (error) {
      thrown = error;
    }
    this.#failsIn = failsAt === 0 ? 0 : undefined;
    if (this.#aborted) this.#lose();
    else {
      try {
        this.storage.commit();
      } catch (error) {
        thrown = failure(String(error), { retryable: true });
        this.#lose();
      }
    }
    this.#failsIn = undefined;
    if (thrown !== undefined) throw asRemote(thrown);
    return structuredClone(value);
  }

  // What was written since the last commit is gone, and with it the instance.
  #lose(): void {
    this.storage.rollback();
    this.#aborted = false;
    this.#instance = undefined;
  }

  #start(): Instance {
    const context = {
      storage: this.storage,
      id: {},
      waitUntil: () => {},
      abort: () => {
        this.#aborted = true;
      },
    };
    return new (this.#machine.classes.exports[this.#className] as Class)(context, {});
  }

  #fail(what: 'statement' | 'commit'): void {
    if (this.#failsIn === undefined) return;
    if (what === 'commit') {
      if (this.#failsIn === 0) throw new Error('the storage cannot keep it');
      return;
    }
    if (this.#failsIn > 0 && --this.#failsIn === 0) {
      this.#failsIn = undefined;
      throw new Error('SQLite failed');
    }
  }

  #planAlarm(at: number | null): void {
    this.#cancelAlarm();
    if (at === null) return;
    const ms = at - this.#machine.clock.now();
    // Nobody's step: what an alarm does belongs to no call.
    this.#cancelAlarm = this.#time.after(ms, () => NOBODY.exit(() => void this.#ring()));
  }

  async #ring(): Promise<void> {
    const times = this.alarmsTwice ? 2 : 1;
    this.storage.takeAlarm();
    for (let time = 0; time < times; time++) {
      try {
        await this.receive('alarm', [], { failsAt: undefined });
      } catch {
        this.#planAlarm(this.#machine.clock.now() + 2_000);
        return;
      }
    }
  }
}

const NOBODY = new AsyncLocalStorage<undefined>();

function asRemote(thrown: unknown): unknown {
  return thrown instanceof Error && !('retryable' in thrown)
    ? Object.assign(thrown, { remote: true })
    : thrown;
}
