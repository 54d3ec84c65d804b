import type { ObjectHandle } from '@codex/cloudflare-clients';

/** What reaches a namespace: the object's name, the method, and the call itself. */
export type Intercept = (
  name: string,
  method: string,
  deliver: () => Promise<unknown>,
) => Promise<unknown> | undefined;

type Method = (...args: unknown[]) => Promise<unknown>;

/** The same namespace, where each call is handed to `intercept` instead of being made. */
export function intercepted(namespace: ObjectHandle, intercept: Intercept): ObjectHandle {
  const names = new WeakMap<object, string>();
  return {
    idFromName(name: string) {
      const id = namespace.idFromName(name);
      names.set(id, name);
      return id;
    },
    get(id: never, options?: never) {
      const stub = namespace.get(id, options) as Record<string, Method>;
      const name = names.get(id) ?? '';
      return new Proxy(stub, {
        get: (_, method: string) => (stub[method] === undefined ? undefined : call(stub, name, method)),
      });
    },
  };

  function call(stub: Record<string, Method>, name: string, method: string): Method {
    return (...args) => {
      const deliver = async () => stub[method]?.(...args);
      return intercept(name, method, deliver) ?? deliver();
    };
  }
}

/** A process that dies at its `n`-th call from 1 on: before the call is made, or when it has been. */
export function dying(namespace: ObjectHandle, n: number, when: 'before' | 'after') {
  let calls = 0;
  const handle = intercepted(namespace, async (_name, _method, deliver) => {
    calls += 1;
    if (calls < n) return deliver();
    if (calls === n && when === 'after') await deliver();
    throw new Error('the process has died');
  });
  return { handle, calls: () => calls };
}

/** Counts calls by their method. */
export function countedObjects(namespace: ObjectHandle) {
  const count: Record<string, number> = {};
  const handle = intercepted(namespace, (_name, method) => {
    count[method] = (count[method] ?? 0) + 1;
    return undefined;
  });
  return { handle, count };
}

/** Holds the calls of a method until they are let go. */
export function holding(namespace: ObjectHandle, method: string) {
  let letGo: () => void = () => {};
  let reached: () => void = () => {};
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const held = new Promise<void>((resolve) => (reached = resolve));
  const handle = intercepted(namespace, (_name, called, deliver) => {
    if (called !== method) return undefined;
    reached();
    return gate.then(deliver);
  });
  return { handle, held, letGo };
}

/** An error as the runtime throws it for a call on an object. */
export function objectError(flags: { retryable?: boolean; overloaded?: boolean; remote?: boolean }) {
  return Object.assign(new Error('Network connection lost.'), flags);
}

/**
 * Calls arrive one at a time, in an order that `choose` decides among those that are on their way; a call
 * begins when the one before has been answered.
 */
export function shuffled(namespace: ObjectHandle, choose: (below: number) => number) {
  const waiting: (() => Promise<unknown>)[] = [];
  const handle = intercepted(
    namespace,
    (_name, _method, deliver) =>
      new Promise((resolve, reject) => {
        waiting.push(() => deliver().then(resolve, reject));
      }),
  );
  return {
    handle,
    /** Lets calls arrive until all of the answers are there. */
    async all(answers: Promise<unknown>[]): Promise<PromiseSettledResult<unknown>[]> {
      let over = false;
      const settled = Promise.allSettled(answers).finally(() => (over = true));
      while (!over) {
        const [next] = waiting.splice(choose(waiting.length), 1);
        await next?.();
        // What the answer leads to has been called by then.
        await new Promise((resolve) => setTimeout(resolve));
      }
      return settled;
    },
  };
}
