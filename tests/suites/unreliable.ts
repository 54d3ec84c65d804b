import type { ObjectHandle } from '@codex/cloudflare-clients';

/** What happens to a call: it is lost on the way there, or done and its reply lost on the way back. */
export type Loss = 'call' | 'reply' | undefined;

type Stub = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** As the runtime says that a connection broke: the call may or may not have been done. */
export const broken = (flags: object = { retryable: true }) =>
  Object.assign(new Error('Network connection lost.'), flags);

/** The same objects behind a network that loses what `loses` says. */
export function unreliable(objects: ObjectHandle, loses: (method: string) => Loss): ObjectHandle {
  const get = objects.get.bind(objects) as (...args: unknown[]) => Stub;
  const stubOf = (...place: unknown[]) =>
    new Proxy<Stub>({} as Stub, {
      get:
        (_, method: string) =>
        async (...args: unknown[]) => {
          const loss = loses(method);
          if (loss === 'call') throw broken();
          const answer = await get(...place)[method]?.(...args);
          if (loss === 'reply') throw broken();
          return answer;
        },
    });
  return { idFromName: (name) => objects.idFromName(name), get: stubOf as ObjectHandle['get'] };
}
