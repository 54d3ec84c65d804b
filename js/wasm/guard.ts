// Makes instances of a wasm module, and confines a panic to the call in which it happened.
import { CloudflareClientsError } from '../core/error.js';
import type { HostOf, Registers } from './imports/shared.js';

/** An instance, as the built glue makes it. */
export interface Created<Exports> {
  exports: Exports;
  /** The instance's linear memory. */
  memory: WebAssembly.Memory;
  /** Replaces the wasm's exports by functions that throw. */
  kill(): void;
}

/** An instance, and why it is dead: the error of its calls. */
export interface Instance<Exports> extends Created<Exports> {
  death?: { message: string; cause?: unknown };
}

/** One module: its instance, and a new one after a panic. */
export class Guard<Exports, Host> {
  readonly #create: (module: WebAssembly.Module, host: Host) => Created<Exports>;
  readonly #hostOf: HostOf<Host>;
  readonly #registers: Registers;
  #module: WebAssembly.Module | undefined;
  #current: Instance<Exports> | undefined;
  /** The error of the running call. Read and cleared as soon as the call has returned. */
  failure: (() => unknown) | undefined;

  constructor(
    create: (module: WebAssembly.Module, host: Host) => Created<Exports>,
    hostOf: HostOf<Host>,
    park: Registers['park'] = () => {},
  ) {
    this.#create = create;
    this.#hostOf = hostOf;
    this.#registers = {
      park,
      fail: (error) => {
        this.failure = error;
      },
    };
  }

  /** Takes the compiled module and makes the first instance. */
  load(module: WebAssembly.Module): void {
    this.#module = module;
    this.#current = this.#instantiate();
  }

  /** The current instance, on which calls run. */
  instance(): Instance<Exports> {
    return (this.#current ??= this.#instantiate());
  }

  /** Makes a call that needs no promise; throws its error. */
  callSync<T>(start: (wasm: Exports) => T): T {
    const instance = this.instance();
    let result: T;
    try {
      result = start(instance.exports);
    } catch (error) {
      throw this.asPanic(instance, error);
    }
    if (this.failure) this.throwFailure();
    return result;
  }

  throwFailure(): never {
    const error = this.failure?.();
    this.failure = undefined;
    throw error;
  }

  /** Turns an exception from the wasm into a `panic`, and ends the instance. */
  asPanic(instance: Instance<Exports>, error: unknown): CloudflareClientsError {
    this.failure = undefined;
    if (error instanceof CloudflareClientsError && error.code === 'panic') return error;
    return this.#kill(instance, error instanceof Error ? error.message : 'trap', error);
  }

  #instantiate(): Instance<Exports> {
    if (!this.#module) {
      throw new CloudflareClientsError(
        'misconfigured',
        'Import the package by its name, not by the path of a file in it',
      );
    }
    const instance: Instance<Exports> = this.#create(
      this.#module,
      this.#hostOf(this.#registers, (message) => {
        throw this.#kill(instance, message);
      }),
    );
    return instance;
  }

  // Also for traps: after any exception that leaves the wasm, its memory may be half changed.
  #kill(instance: Instance<Exports>, message: string, cause?: unknown): CloudflareClientsError {
    if (!instance.death) {
      instance.death = cause === undefined ? { message } : { message, cause };
      instance.kill();
      if (this.#current === instance) this.#current = undefined;
    }
    return deathOf(instance.death);
  }
}

/** The error of a call that was in flight on an instance that died. */
export function deathOf({
  message,
  ...options
}: {
  message: string;
  cause?: unknown;
}): CloudflareClientsError {
  return new CloudflareClientsError(
    'panic',
    `The WebAssembly of @codex/cloudflare-clients failed (${message}). This call is lost; the next one works.`,
    { retryable: true, ...options },
  );
}
