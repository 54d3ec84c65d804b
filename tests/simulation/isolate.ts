import { AsyncResource } from 'node:async_hooks';
import type { Scope } from './load.js';
import type { Random } from './random.js';
import type { Clock, Time } from './time.js';

/** The globals of a copy of the package: its clock is off, its timers are the simulation's, its chance the seed's. */
export function scopeOf(time: Time, clock: Clock, random: Random): Scope {
  const uuid = () => {
    const part = (digits: number) =>
      Array.from({ length: digits }, () => random.int(16).toString(16)).join('');
    return `${part(8)}-${part(4)}-4${part(3)}-a${part(3)}-${part(12)}`;
  };
  return {
    Date: dateOf(clock),
    // Its own functions are not enumerable, so it is a prototype.
    Math: Object.create(Math, { random: { value: () => random.next() } }) as Math,
    // Bound, so that what a timer goes on with belongs to the step that has set it.
    setTimeout: (run, ms = 0, ...args) =>
      time.after(
        ms,
        AsyncResource.bind(() => run.apply(null, args as [])),
      ),
    clearTimeout: (timer) => (timer as (() => void) | undefined)?.(),
    crypto: {
      randomUUID: uuid,
      getRandomValues: (into) => {
        const bytes = into as unknown as Uint8Array;
        for (let i = 0; i < bytes.length; i++) bytes[i] = random.int(256);
        return into;
      },
    },
    console: { log: () => {}, warn: () => {}, error: () => {} },
  };
}

function dateOf(clock: Clock): DateConstructor {
  return class extends Date {
    constructor(...args: unknown[]) {
      super(...((args.length ? args : [clock.now()]) as [number]));
    }

    static override now(): number {
      return clock.now();
    }
  } as unknown as DateConstructor;
}
