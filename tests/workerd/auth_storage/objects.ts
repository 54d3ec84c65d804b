import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { ObjectHandle } from '@codex/cloudflare-clients';
import type { AuthStorageDurableObject, Reply } from '@codex/cloudflare-clients/durable-objects';
import { failure, intercepted } from '../../support/interception.js';

type Methods = 'get' | 'set' | 'delete' | 'getAndDelete' | 'increment' | 'consume';

/** The stub of an object: what the class has, behind promises. */
export type Stub = {
  [M in Methods]: (
    ...args: Parameters<AuthStorageDurableObject[M]>
  ) => Promise<ReturnType<AuthStorageDurableObject[M]>>;
};

export const { AUTH_DO } = env as { AUTH_DO: ObjectHandle & { get(id: object): Stub } };

export const stubOf = (key: string): Stub => AUTH_DO.get(AUTH_DO.idFromName(key));

/** What stands in the storage of a key's object: its tables, rows and alarm. */
export function storedUnder(key: string) {
  return runInDurableObject(stubOf(key), async (_, { storage }) => {
    const rows = (sql: string) => storage.sql.exec(sql).raw().toArray();
    const tables = rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    );
    const [[n, size] = []] = tables.length
      ? rows('SELECT count(*), sum(length(answer)) FROM remembered')
      : [];
    return {
      tables: tables.length,
      alarm: await storage.getAlarm(),
      remembered: Number(n ?? 0),
      answersSize: Number(size ?? 0),
    };
  });
}

/** Runs a statement in the storage of a key's object. */
export const exec = (key: string, sql: string) =>
  runInDurableObject(stubOf(key), (_, { storage }) => void storage.sql.exec(sql));

export const EMPTY = { tables: 0, alarm: null, remembered: 0, answersSize: 0 };

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
