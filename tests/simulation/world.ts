import { AsyncLocalStorage } from 'node:async_hooks';
import { createStrictKv, type StrictKv } from '@codex/cloudflare-clients/testing';
import { type Fate, FINE, fateOf, inWords, type Weather } from './faults.js';
import { scopeOf } from './isolate.js';
import type { Loader } from './load.js';
import { failure, type Machine, SimulatedObject } from './objects.js';
import { Random } from './random.js';
import { Clock, Time } from './time.js';

/** A copy of the package in a Worker somewhere, with its own clock. */
export interface Isolate {
  name: string;
  clock: Clock;
  /** The exports of the package, and handles of namespaces: of objects by class, and of KV where it is. */
  package: Record<string, unknown>;
  kv: StrictKv;
  objects(className: string): object;
}

export interface Loaders {
  isolates: readonly Loader[];
  machines: readonly Loader[];
}

const NAMES = ['Paris', 'Tokyo', 'Lima'];

/** Something that must not happen has happened. */
export class Violation extends Error {}

/** Isolates, machines and the network between them, for one history. */
export class World {
  readonly time = new Time();
  readonly isolates: Isolate[];
  readonly objects = new Map<string, SimulatedObject>();
  /** What happened, in words. */
  readonly history: string[] = [];
  /** Steps whose calls go well, whatever the weather is. */
  readonly calm: ReadonlySet<number>;
  weather: Weather;
  readonly #seed: string;
  // As strict as production, on true time.
  readonly #kv = createStrictKv({ now: () => Math.floor(this.time.now), operationsPerInvocation: Infinity });
  /** By how much an object's clock may jump when it moves to another machine, in ms. */
  readonly machinesDifferMs: number;
  readonly #machines: Machine[];
  readonly #steps = new AsyncLocalStorage<{ step: number; calls: number }>();

  constructor(seed: string, loaders: Loaders, weather: Weather, calm: ReadonlySet<number> = new Set()) {
    this.#seed = seed;
    this.weather = weather;
    this.calm = calm;
    const random = this.random('clocks');
    const apart = random.pick([0, 0, 50, 5_000]);
    this.machinesDifferMs = 2 * apart;
    const wrong = random.pick([0, 500, 60_000, 600_000, 7_200_000]);
    this.#machines = loaders.machines.map((load, i) => {
      const clock = new Clock(this.time, random.between(-apart, apart));
      return { clock, classes: load(scopeOf(this.time, clock, this.random(`machine ${i}`))) };
    });
    this.isolates = loaders.isolates.map((load, i) => {
      const clock = new Clock(this.time, Math.min(random.between(-wrong, wrong), MOST_AHEAD_MS));
      const exports = load(scopeOf(this.time, clock, this.random(`isolate ${i}`)));
      const handles = new Map<string, object>();
      return {
        name: NAMES[i] ?? `isolate ${i}`,
        clock,
        package: exports,
        kv: this.#kv.at(NAMES[i] ?? 'elsewhere'),
        objects: (className) => {
          const handle = handles.get(className) ?? this.#namespace(className, NAMES[i] ?? '');
          handles.set(className, handle);
          return handle;
        },
      };
    });
  }

  /** KV fails now and then, until what is returned is called. */
  troubleKv(): () => void {
    const probability = this.weather.storage;
    return probability > 0 ? this.#kv.fail({ kind: 'error', status: 503, probability, seed: 1 }) : () => {};
  }

  random(what: string): Random {
    return new Random(`${this.#seed}/${what}`);
  }

  /** Runs a step of the history: the calls that it makes are its own. */
  during<T>(step: number, run: () => T): T {
    return this.#steps.run({ step, calls: 0 }, run);
  }

  say(words: string): void {
    const at = ((this.time.now - START_OF_DAY) / 1_000).toFixed(3).padStart(10);
    this.history.push(`${at} s  ${words}`);
  }

  /** The object of a name; it is made by the first call on it. */
  object(className: string, name: string): SimulatedObject {
    const key = `${className} ${name}`;
    let object = this.objects.get(key);
    if (!object) {
      object = new SimulatedObject(this.time, className, this.random(`place of ${key}`).pick(this.#machines));
      object.alarmsTwice = this.random(`alarms of ${key}`).chance(this.weather.alarmTwice * 3);
      this.objects.set(key, object);
    }
    return object;
  }

  #namespace(className: string, from: string): object {
    return {
      idFromName: (name: string) => ({ name }),
      get: ({ name }: { name: string }) =>
        new Proxy(
          {},
          {
            get: (_, method) =>
              typeof method === 'string' && method !== 'then'
                ? (...args: unknown[]) => this.#call(className, name, method, args, from)
                : undefined,
          },
        ),
    };
  }

  #call(className: string, name: string, method: string, args: unknown[], from: string): Promise<unknown> {
    const sent = structuredClone(args);
    const by = this.#steps.getStore();
    const call = by ? by.calls++ : 0;
    const random = this.random(`fate ${by?.step} ${call}`);
    const isCalm = by === undefined || this.calm.has(by.step);
    const fate: Fate = isCalm ? { ...FINE } : fateOf(random, this.weather);
    const words = `  ${from}: ${method} on ${name}`;
    const told = inWords(fate);
    if (told) this.say(`${words} ${told}`);
    const object = this.object(className, name);
    const arrive = () => {
      if (fate.evicted) object.evict(random.pick(this.#machines));
      return object.receive(method, structuredClone(sent), fate);
    };
    return new Promise((resolve, reject) => {
      const back = (then: () => void) => this.time.after(fate.backMs, then);
      const lost = () => reject(failure('Network connection lost.', { retryable: fate.retryable }));
      if (fate.reply === 'overloaded')
        back(() => reject(failure('overloaded', { overloaded: true, retryable: true })));
      else if (fate.arrivals.length === 0 && fate.reply !== 'never') back(lost);
      for (const [n, ms] of fate.arrivals.entries()) {
        this.time.after(ms, () => {
          if (ms > 100) this.say(`${words} arrives (sent ${Math.round(ms / 1_000)} s ago)`);
          arrive().then(
            (value) => {
              if (n > 0 || fate.reply === 'never') return;
              back(fate.reply === 'lost' ? lost : () => resolve(value));
            },
            (error) => {
              if (n > 0 || fate.reply === 'never') return;
              back(fate.reply === 'lost' ? lost : () => reject(error));
            },
          );
        });
      }
    });
  }

  close(): void {
    for (const object of this.objects.values()) object.storage.close();
  }
}

/** No clock is further ahead: a call that comes ten minutes late is then remembered, or refused. */
export const MOST_AHEAD_MS = 540_000;

const START_OF_DAY = new Time().now;
