import type { ObjectHandle } from '@codex/cloudflare-clients';

type Go = () => Promise<unknown>;
type ObjectFault = (method: string, go: Go, args: unknown[]) => unknown;

/** The same objects, where `fault` may answer instead; `go` makes the real call. It sees every call. */
export function faultyObjects(namespace: ObjectHandle, fault: ObjectFault = (_, go) => go()): ObjectHandle {
  return {
    idFromName: (name) => namespace.idFromName(name),
    get: (id: never, options?: never) => {
      const stub = namespace.get(id, options) as Record<string, (...args: unknown[]) => Promise<unknown>>;
      const method =
        (name: string) =>
        (...args: unknown[]) =>
          fault(name, async () => stub[name]?.(...args), args);
      return new Proxy({}, { get: (_, name) => method(String(name)) });
    },
  };
}

/** What a stub rejects with, by Cloudflare's flags. */
export const broken = (flags: { retryable?: true; overloaded?: true; remote?: true }) =>
  Object.assign(new Error('Durable Object storage operation exceeded timeout'), flags);

/** Counts the calls on objects. */
export function countedObjects(namespace: ObjectHandle) {
  const count: Record<string, number> = {};
  const counting: ObjectFault = (method, go) => {
    count[method] = (count[method] ?? 0) + 1;
    return go();
  };
  return { count, objects: faultyObjects(namespace, counting) };
}
