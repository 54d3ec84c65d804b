// Loads the wasm, drives its calls, and keeps a panic to the call it happened in.
import { type Created, create, type Exports } from './clients.js';
import { CloudflareClientsError, fromRust } from './error.js';
import { hostOf, type Registers } from './host.js';

export type { Exports } from './clients.js';

interface Instance extends Created {
  /** Why it is dead: what its calls are rejected with. */
  death?: { message: string; cause?: unknown };
}

let wasmModule: WebAssembly.Module | undefined;
let current: Instance | undefined;

// What the wasm says during a call. Each is read and emptied as soon as the call is back.
let parkedTask = 0;
let parkedPromise: unknown;
let parkedLimitMs = 0;
let failure: { error: unknown; verbatim: boolean } | undefined;

const registers: Registers = {
  park(task, promise, limitMs) {
    parkedTask = task;
    parkedPromise = promise;
    parkedLimitMs = limitMs;
  },
  fail(error, verbatim) {
    failure = { error, verbatim };
  },
};

/** Takes the compiled module (`load_workerd.ts`, `load_node.ts`) and makes the first instance. */
export function load(module: WebAssembly.Module): void {
  wasmModule = module;
  current = instantiate();
}

function instantiate(): Instance {
  if (!wasmModule) {
    throw new CloudflareClientsError('misconfigured', 'Import the package by its name, not by a file of it');
  }
  const instance: Instance = create(
    wasmModule,
    hostOf(registers, (message) => {
      throw kill(instance, message);
    }),
  );
  return instance;
}

// Also for traps: any exception that leaves the wasm may have left its memory half changed.
function kill(instance: Instance, message: string, cause?: unknown): CloudflareClientsError {
  if (!instance.death) {
    instance.death = cause === undefined ? { message } : { message, cause };
    instance.kill();
    if (current === instance) current = undefined;
  }
  return deathOf(instance.death);
}

function deathOf({ message, ...options }: { message: string; cause?: unknown }): CloudflareClientsError {
  return new CloudflareClientsError(
    'panic',
    `The WebAssembly of @codex/cloudflare-clients failed (${message}). This call is lost; the next one works.`,
    { retryable: true, ...options },
  );
}

function asPanic(instance: Instance, error: unknown): CloudflareClientsError {
  parkedTask = 0;
  parkedPromise = failure = undefined;
  if (error instanceof CloudflareClientsError && error.code === 'panic') return error;
  return kill(instance, error instanceof Error ? error.message : 'trap', error);
}

/** Runs something that needs no promise; throws what it failed with. */
export function callSync<T>(start: (wasm: Exports) => T): T {
  const instance = (current ??= instantiate());
  let answer: T;
  try {
    answer = start(instance.exports);
  } catch (error) {
    throw asPanic(instance, error);
  }
  if (failure) throwFailure();
  return answer;
}

function throwFailure(): never {
  const { error, verbatim } = failure as NonNullable<typeof failure>;
  failure = undefined;
  throw verbatim ? error : fromRust(error as Parameters<typeof fromRust>[0]);
}

/**
 * Runs one public call: starts it in the wasm, and steps it on as the promises it waits for settle.
 * `start` only passes arguments, so an exception out of it is a trap; then `lost` cleans up.
 */
export async function call<T>(
  start: (wasm: Exports, report?: undefined) => unknown,
  lost?: () => void,
): Promise<T> {
  const instance = (current ??= instantiate());
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
  if (failure) throwFailure();
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
  instance?: Instance | undefined;
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

function hold(instance: Instance, task: number): Slot | undefined {
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
  const { exports, memory } = (current ??= instantiate());
  return {
    tasks: exports.liveTasks(),
    counters: exports.liveCounters(),
    memoryBytes: memory.buffer.byteLength,
  };
}
