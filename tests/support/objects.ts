import type { ObjectHandle } from '@codex/cloudflare-clients';

type Call = () => Promise<unknown>;

/** The same namespace, where `tap` decides about every call on a stub: it may make it, or fail. */
export function tapped<T extends ObjectHandle>(
  namespace: T,
  tap: (call: Call, method: string) => Promise<unknown>,
): ObjectHandle {
  return {
    idFromName: (name) => namespace.idFromName(name),
    get: (id: never, options?: never) => {
      const stub = namespace.get(id, options) as Record<string, (...args: unknown[]) => Promise<unknown>>;
      return new Proxy(
        {},
        {
          get:
            (_, method: string) =>
            (...args: unknown[]) =>
              tap(async () => stub[method]?.(...args), method),
        },
      );
    },
  };
}

/** An error as workerd's stubs throw them. */
export const failure = (flags: { retryable?: boolean; overloaded?: boolean; remote?: boolean }) =>
  Object.assign(new Error('internal error'), flags);

/** Counts the calls on objects, by method. */
export function countedObjects(namespace: ObjectHandle) {
  const count: Record<string, number> = {};
  const objects = tapped(namespace, (call, method) => {
    count[method] = (count[method] ?? 0) + 1;
    return call();
  });
  return { count, objects };
}
