// Drives the calls of the clients' wasm.
import { create, type Exports } from './clients.js';
import { deathOf, Guard, type Instance } from './guard.js';
import { type Host, hostOf } from './imports/clients.js';
import { limited, TIMED_OUT } from './time_limit.js';

export type { Exports } from './clients.js';

// The promise that the wasm waits for. Read and cleared as soon as the call has returned.
let parkedTask = 0;
let parkedPromise: unknown;
let parkedLimitMs = 0;

const guard = new Guard<Exports, Host>(create, hostOf, (task, promise, limitMs) => {
  parkedTask = task;
  parkedPromise = promise;
  parkedLimitMs = limitMs;
});

/** Takes the compiled module (`entries/load_workerd.ts`, `entries/load_node.ts`) and makes the first instance. */
export const load = (module: WebAssembly.Module): void => guard.load(module);

/** Makes a call that needs no promise; throws its error. */
export const callSync = <T>(start: (wasm: Exports) => T): T => guard.callSync(start);

function asPanic(instance: Instance<Exports>, error: unknown) {
  parkedTask = 0;
  parkedPromise = undefined;
  return guard.asPanic(instance, error);
}

/**
 * Runs one public call: starts it in the wasm, and steps it on as the promises that it waits for settle.
 * `start` only passes arguments, so an exception from it is a trap; then `lost` cleans up.
 */
export async function call<T>(
  start: (wasm: Exports, report?: undefined) => unknown,
  lost?: () => void,
): Promise<T> {
  const instance = guard.instance();
  let result: unknown;
  try {
    result = start(instance.exports);
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
      result = instance.exports.step(task, outcome, value);
    } catch (error) {
      lost?.();
      throw asPanic(instance, error);
    }
  }
  if (guard.failure) guard.throwFailure();
  return result as T;
}

// The promises of a cancelled request never settle, so its task is never stepped again. Then its `call` above is
// collected, and with it the slot that only `call` holds; the registry frees the task. Slots are reused, so that a
// call does not pay for a registration.
interface Held {
  /** Undefined while the slot is idle, since that must not keep a dead instance and its memory. */
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

/** What the current instance holds, for tests of leaks. */
export function liveness(): { tasks: number; counters: number; memoryBytes: number } {
  const { exports, memory } = guard.instance();
  return {
    tasks: exports.liveTasks(),
    counters: exports.liveCounters(),
    memoryBytes: memory.buffer.byteLength,
  };
}
