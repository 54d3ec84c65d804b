import { AsyncLocalStorage } from 'node:async_hooks';
import { createStrictKv } from '@codex/cloudflare-clients/testing';
import { Copy, Isolate, type Loaders, loadersOf, PLACES, type Place, type Versions } from './copies.js';
import { type Fate, FINE, fateOf, inWords, type Weather } from './faults.js';
import { scopeOf } from './isolate.js';
import { failure, SimulatedObject } from './objects.js';
import { Random } from './random.js';
import { Clock, Time } from './time.js';

const NAMES = ['Paris', 'Tokyo', 'Lima'];

/** Something that must not happen has happened. */
export class Violation extends Error {}

/** Isolates, machines and the network between them, for one history. */
export class World {
  readonly time = new Time();
  readonly isolates: readonly Isolate[];
  readonly objects = new Map<string, SimulatedObject>();
  /** What happened, in words. */
  readonly history: string[] = [];
  /** How an object failed that had no reason to. */
  broken: unknown;
  /** Steps whose calls go well, whatever the weather is. */
  readonly calm: ReadonlySet<number>;
  weather: Weather;
  readonly #seed: string;
  // As strict as production, on true time.
  readonly #kv = createStrictKv({ now: () => Math.floor(this.time.now), operationsPerInvocation: Infinity });
  /** By how much an object's clock may jump when it moves to another machine, in ms. */
  readonly machinesDifferMs: number;
  readonly #machines: readonly { clock: Clock; classes: Copy }[];
  readonly #steps = new AsyncLocalStorage<{ step: number; calls: number }>();

  constructor(
    seed: string,
    versions: Versions,
    weather: Weather,
    calm: ReadonlySet<number> = new Set(),
    upgraded: readonly Place[] = [],
  ) {
    this.#seed = seed;
    this.weather = weather;
    this.calm = calm;
    const random = this.random('clocks');
    const apart = random.pick([0, 0, 50, 5_000]);
    this.machinesDifferMs = 2 * apart;
    const wrong = random.pick([0, 500, 60_000, 600_000, 7_200_000]);
    const load = (copy: string, clock: Clock, loaders: Loaders) =>
      new Copy(scopeOf(this.time, clock, this.random(copy)), loaders);
    const places = [...Array(PLACES).keys()];
    this.#machines = places.map((i) => {
      const clock = new Clock(this.time, random.between(-apart, apart));
      const loaders = loadersOf(versions, 'machine', upgraded.includes('machines'));
      return { clock, classes: load(`machine ${i}`, clock, loaders) };
    });
    this.isolates = places.map((i) => {
      const clock = new Clock(this.time, Math.min(random.between(-wrong, wrong), MOST_AHEAD_MS));
      const loaders = loadersOf(versions, 'isolate', upgraded.includes(i));
      const name = NAMES[i] ?? '';
      return new Isolate(name, clock, load(`isolate ${i}`, clock, loaders), this.#kv.at(name), (className) =>
        this.#namespace(className, name),
      );
    });
  }

  /**
   * Deploys this version: all objects end, and begin again with it; or what an isolate does from now on is done by it.
   * Calls that are under way end with the code that they began with.
   */
  upgrade(place: Place): void {
    const isolate = place === 'machines' ? undefined : this.isolates[place];
    this.say(`this version is deployed to ${isolate?.name ?? 'the machines'}`);
    const copies = isolate ? [isolate.copy] : this.#machines.map(({ classes }) => classes);
    for (const copy of copies) copy.upgrade();
    if (!isolate) for (const object of this.objects.values()) object.end();
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
    const arrive = async () => {
      if (fate.evicted) object.evict(random.pick(this.#machines));
      const reply = object.receive(method, structuredClone(sent), fate);
      if (fate.failsAt === undefined) await this.#mustWork(words, reply);
      return reply;
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

  // An object whose storage works may refuse a call, and does not fail: else its callers would take for bad weather
  // that it cannot read what it has stored.
  async #mustWork(words: string, called: Promise<unknown>): Promise<void> {
    try {
      const { ok, code } = ((await called) ?? {}) as { ok?: boolean; code?: string };
      if (ok || !BROKEN.includes(code ?? '')) return;
      this.broken ??= new Violation(`${words.trim()} failed with ${code}`);
    } catch (error) {
      this.broken ??= error;
    }
  }

  close(): void {
    for (const object of this.objects.values()) object.storage.close();
  }
}

/** No clock is further ahead: a call that comes ten minutes late is then remembered, or refused. */
export const MOST_AHEAD_MS = 540_000;

const BROKEN = ['object_unavailable', 'misconfigured'];

const START_OF_DAY = new Time().now;
