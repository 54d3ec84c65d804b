// Makes instances of a wasm module, and keeps a panic to the call it happened in.
import { CloudflareClientsError } from '../core/error.js';
import { type Host, hostOf, type Registers } from './imports/index.js';

/** What the built glue makes. */
export interface Created<Exports> {
  exports: Exports;
  /** The instance's linear memory. */
  memory: WebAssembly.Memory;
  /** Replaces what the glue calls by something that throws. */
  kill(): void;
}

/** An instance, and why it is dead: what its calls are rejected with. */
export interface Instance<Exports> extends Created<Exports> {
  death?: { message: string; cause?: unknown };
}

/** One module: its instance, and the next one when that has panicked. */
export class Guard<Exports> {
  readonly #create: (module: WebAssembly.Module, host: Host) => Created<Exports>;
  readonly #registers: Registers;
  #module: WebAssembly.Module | undefined;
  #current: Instance<Exports> | undefined;
  /** What the running call failed with. Read and emptied as soon as the call is back. */
  failure: (() => unknown) | undefined;

  constructor(
    create: (module: WebAssembly.Module, host: Host) => Created<Exports>,
    park: Registers['park'] = () => {},
  ) {
    this.#create = create;
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

  /** The instance that calls run on. */
  instance(): Instance<Exports> {
    return (this.#current ??= this.#instantiate());
  }

  /** Runs something that needs no promise; throws what it failed with. */
  callSync<T>(start: (wasm: Exports) => T): T {
    const instance = this.instance();
    let answer: T;
    try {
      answer = start(instance.exports);
    } catch (error) {
      throw this.asPanic(instance, error);
    }
    if (this.failure) this.throwFailure();
    return answer;
  }

  throwFailure(): never {
    const error = this.failure?.();
    this.failure = undefined;
    throw error;
  }

  /** What an exception out of the wasm is: the end of the instance. */
  asPanic(instance: Instance<Exports>, error: unknown): CloudflareClientsError {
    this.failure = undefined;
    if (error instanceof CloudflareClientsError && error.code === 'panic') return error;
    return this.#kill(instance, error instanceof Error ? error.message : 'trap', error);
  }

  #instantiate(): Instance<Exports> {
    if (!this.#module) {
      throw new CloudflareClientsError(
        'misconfigured',
        'Import the package by its name, not by a file of it',
      );
    }
    const instance: Instance<Exports> = this.#create(
      this.#module,
      hostOf(this.#registers, (message) => {
        throw this.#kill(instance, message);
      }),
    );
    return instance;
  }

  // Also for traps: any exception that leaves the wasm may have left its memory half changed.
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
