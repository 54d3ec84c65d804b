import type { ObjectHandle } from './namespace.js';

type Stub = Record<string, ((...args: unknown[]) => unknown) | undefined>;

/** @internal For how long one call waited for objects, apart from what else it waited for: KV, a loader. */
export class ObjectTime {
  #ms = 0;
  #open = 0;
  #since = 0;

  /** The same namespace, with its calls timed. */
  of(namespace: ObjectHandle): ObjectHandle {
    return {
      idFromName: (name) => namespace.idFromName(name),
      get: (id) => {
        const stub = namespace.get(id) as Stub;
        const timed =
          (_: object, method: string) =>
          (...args: unknown[]) =>
            this.#during(() => stub[method]?.(...args));
        return new Proxy({}, { get: timed });
      },
    };
  }

  /** So far; a call that hangs counts until now. */
  ms(): number {
    return this.#ms + (this.#open ? Date.now() - this.#since : 0);
  }

  async #during(call: () => unknown): Promise<unknown> {
    if (this.#open === 0) this.#since = Date.now();
    this.#open += 1;
    try {
      return await call();
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#ms += Date.now() - this.#since;
    }
  }
}
