import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import type { AuthStorageDurableObject, Reply } from '@codex/cloudflare-clients/durable-objects';
import { failure, intercepted } from '../../support/interception.js';
import { stored } from '../../support/stored.js';

type Methods = 'get' | 'set' | 'delete' | 'getAndDelete' | 'increment' | 'consume';

/** The stub of an object: what the class has, behind promises. */
export type Stub = {
  [M in Methods]: (
    ...args: Parameters<AuthStorageDurableObject[M]>
  ) => Promise<ReturnType<AuthStorageDurableObject[M]>>;
};

export const { AUTH_DO } = env as { AUTH_DO: ObjectHandle & { get(id: object): Stub } };

export const stubOf = (key: string): Stub => AUTH_DO.get(AUTH_DO.idFromName(key));

/** What stands in the storage of a key's object. */
export const storedUnder = (key: string) => stored(stubOf(key));

/** The value of a reply that is one. */
export async function value<T>(reply: Promise<Reply<T>>): Promise<T> {
  const answer = await reply;
  if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`);
  return answer.value;
}

/** The objects behind a network that loses what `loses` says: a call, or the reply of one that was done. */
export const unreliable = (loses: () => 'call' | 'reply' | undefined) =>
  intercepted(AUTH_DO, async ({ deliver }) => {
    const loss = loses();
    if (loss === 'call') throw failure({ retryable: true });
    const reply = await deliver();
    if (loss === 'reply') throw failure({ retryable: true });
    return reply;
  });
