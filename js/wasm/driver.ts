// Drives the calls of the clients' wasm.
import { create, type Exports } from './clients.js';
import { deathOf, Guard, type Instance } from './guard.js';

export type { Exports } from './clients.js';

// What the wasm says it waits for. Read and emptied as soon as the call is back.
let parkedTask = 0;
let parkedPromise: unknown;
let parkedLimitMs = 0;

const guard = new Guard<Exports>(create, (task, promise, limitMs) => {
  parkedTask = task;
  parkedPromise = promise;
  parkedLimitMs = limitMs;
});

/** Takes the compiled module (`load_workerd.ts`, `load_node.ts`) and makes the first instance. */
export const load = (module: WebAssembly.Module): void => guard.load(module);

/** Runs something that needs no promise; throws what it failed with. */
export const callSync = <T>(start: (wasm: Exports) => T): T => guard.callSync(start);

function asPanic(instance: Instance<Exports>, error: unknown) {
  parkedTask = 0;
  parkedPromise = undefined;
  return guard.asPanic(instance, error);
}

/**
 * Runs one public call: starts it in the wasm, and steps it on as the promises it waits for settle.
 * `start` only passes arguments, so an exception out of it is a trap; then `lost` cleans up.
 */
export async function call<T>(
  start: (wasm: Exports, report?: undefined) => unknown,
  lost?: () => void,
): Promise<T> {
  const instance = guard.instance();
  let answer: unknown;
  try {
    answer = start(instance.exports);
  } catch (error) {
    lost?.();
    throw asPanic(instance, error);
  }
  while (parkedTask !== 0) {
    const task = parkedTask;
    const promise = parkedPromise;
    const limitMs = parkedLimitMs;
    parkedTask = 0;
    parkedPromise = undefined;
    const slot = hold(instance, task);
    let outcome: 0 | 1 | 2 = 1;
    let value: unknown;
    try {
      value = await (limitMs > 0 ? limited(promise, limitMs) : promise);
    } catch (error) {
      outcome = error === TIMED_OUT ? 2 : 0;
      value = error;
    }
    release(slot);
    if (instance.death) {
      lost?.();
      throw deathOf(instance.death);
    }
    try {
      answer = instance.exports.step(task, outcome, value);
    } catch (error) {
      lost?.();
      throw asPanic(instance, error);
    }
  }
  if (guard.failure) guard.throwFailure();
  return answer as T;
}

const TIMED_OUT = Symbol('timed out');

function limited(promise: unknown, ms: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(reject, ms, TIMED_OUT);
    const settle = (how: (value: unknown) => void) => (value: unknown) => {
      clearTimeout(timer);
      how(value);
    };
    Promise.resolve(promise).then(settle(resolve), settle(reject));
  });
}

// A cancelled request never settles its promises, so nobody steps its task again. Its `call` above is
// collected then, and with it the slot that only `call` holds; the registry frees the task. Slots go
// round, so that a call does not pay for a registration.
interface Held {
  /** None while the slot is idle, which must not keep a dead instance and its memory. */
  instance?: Instance<Exports> | undefined;
  task: number;
}
interface Slot {
  held: Held;
}

const idle: Slot[] = [];
const cancelled =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<Held>(({ instance, task }) => {
        if (instance && !instance.death) instance.exports.dropTask(task);
      })
    : undefined;

function hold(instance: Instance<Exports>, task: number): Slot | undefined {
  if (!cancelled) return undefined;
  const slot = idle.pop() ?? newSlot(cancelled);
  slot.held.instance = instance;
  slot.held.task = task;
  return slot;
}

function newSlot(registry: FinalizationRegistry<Held>): Slot {
  const held: Held = { task: 0 };
  const slot: Slot = { held };
  registry.register(slot, held);
  return slot;
}

function release(slot: Slot | undefined): void {
  if (!slot) return;
  slot.held.instance = undefined;
  idle.push(slot);
}

/** What is alive in the current instance, for tests of leaks. */
export function liveness(): { tasks: number; counters: number; memoryBytes: number } {
  const { exports, memory } = guard.instance();
  return {
    tasks: exports.liveTasks(),
    counters: exports.liveCounters(),
    memoryBytes: memory.buffer.byteLength,
  };
}
