import type { ObjectHandle } from '@codex/cloudflare-clients';

/** A call that is on its way to an object of a namespace. */
export interface Call {
  /** The object's name. */
  name: string;
  method: string;
  args: unknown[];
  /** Makes the call. */
  deliver(): Promise<unknown>;
}

/** Answers a call instead of its object, or lets it be made by answering nothing. */
export type Intercept = (call: Call) => Promise<unknown> | undefined;

type Method = (...args: unknown[]) => Promise<unknown>;

/** The same namespace, where each call is handed to `intercept` first. It is a fresh handle, as another isolate has it. */
export function intercepted(namespace: ObjectHandle, intercept: Intercept = () => undefined): ObjectHandle {
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
        get: (_, method: string) => (stub[method] === undefined ? undefined : through(stub, name, method)),
      });
    },
  };

  function through(stub: Record<string, Method>, name: string, method: string): Method {
    return (...args) => {
      const deliver = async () => stub[method]?.(...args);
      return intercept({ name, method, args, deliver }) ?? deliver();
    };
  }
}

/** An error as the runtime throws it for a call on an object. */
export const failure = (flags: { retryable?: boolean; overloaded?: boolean; remote?: boolean }) =>
  Object.assign(new Error('Network connection lost.'), flags);

/** Counts the calls on objects, by method; `busy` is whether any of them has not been answered. */
export function countedObjects(namespace: ObjectHandle) {
  const count: Record<string, number> = {};
  let underWay = 0;
  const objects = intercepted(namespace, ({ method, deliver }) => {
    count[method] = (count[method] ?? 0) + 1;
    underWay += 1;
    return deliver().finally(() => {
      underWay -= 1;
    });
  });
  return { objects, count, busy: () => underWay > 0 };
}

/** Keeps what is sent, so that a copy of a call can arrive later: by delivering it again. */
export function copied(namespace: ObjectHandle) {
  const sent: Call[] = [];
  const objects = intercepted(namespace, (call) => {
    sent.push(call);
    return undefined;
  });
  return { objects, sent };
}

/** A process that dies at its `n`-th call from 1 on: before the call is made, or when it has been. */
export function dying(namespace: ObjectHandle, n: number, when: 'before' | 'after') {
  let calls = 0;
  const objects = intercepted(namespace, async ({ deliver }) => {
    calls += 1;
    if (calls < n) return deliver();
    if (calls === n && when === 'after') await deliver();
    throw new Error('the process has died');
  });
  return { objects, calls: () => calls };
}

/** Holds the calls of a method until they are let go. */
export function holding(namespace: ObjectHandle, method: string) {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const objects = intercepted(namespace, (call) => {
    if (call.method !== method) return undefined;
    reached.resolve();
    return gate.promise.then(call.deliver);
  });
  return { objects, held: reached.promise, letGo: gate.resolve };
}

/**
 * Calls arrive one at a time, in an order that `choose` decides among those that are on their way; a call
 * begins when the one before has been answered.
 */
export function shuffled(namespace: ObjectHandle, choose: (below: number) => number) {
  const waiting: (() => Promise<unknown>)[] = [];
  const objects = intercepted(
    namespace,
    ({ deliver }) =>
      new Promise((resolve, reject) => {
        waiting.push(() => deliver().then(resolve, reject));
      }),
  );
  return {
    objects,
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
