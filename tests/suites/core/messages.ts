// What each method says of a bad argument: it names the thing that was given, shows a number, and never a text.
import type { KVHandle, ObjectHandle } from '@codex/cloudflare-clients';
import * as clients from '@codex/cloudflare-clients';
import { rateLimitStorage, secondaryStorage } from '@codex/cloudflare-clients/better-auth';
import { describe, expect, it } from 'vitest';
import { authMessages } from '../auth_storage/messages.js';
import { cacheMessages } from '../cache/messages.js';
import { cartMessages } from '../cart/messages.js';
import { coordinationMessages } from '../coordination/messages.js';
import { kvMessages } from '../kv/messages.js';
import { limitMessages } from '../rate_limit/messages.js';
import { sessionMessages, storeMessages } from '../session/messages.js';
import { type Method, SECRET } from './bad_arguments.js';

/** What the clients are made on. */
export interface Bindings {
  kv: KVHandle;
  objects: (binding: string) => ObjectHandle;
  /** Whether the objects answer: some arguments only they refuse. */
  answering: boolean;
}

// The methods that the package has, of which none may be forgotten.
function methodsThere({ objects }: Bindings): string[] {
  const classes = Object.entries(clients).filter(([name]) => name.endsWith('Client'));
  const ofClasses = classes.flatMap(([name, Client]) =>
    Object.getOwnPropertyNames((Client as { prototype: object }).prototype).map(
      (method) => `${name}.${method}`,
    ),
  );
  const made = {
    secondaryStorage: secondaryStorage(objects('AUTH_DO')),
    rateLimitStorage: rateLimitStorage(objects('AUTH_DO')),
  };
  const ofFunctions = Object.entries(made).flatMap(([name, made]) =>
    Object.keys(made).map((method) => `${name}.${method}`),
  );
  return [...ofClasses.filter((name) => !name.endsWith('.constructor')), ...ofFunctions];
}

export function messagesSuite(bindings: Bindings): void {
  const { kv, objects, answering } = bindings;
  const table: Method[] = [
    ...cacheMessages(kv),
    ...kvMessages(kv),
    ...sessionMessages(kv),
    ...limitMessages(kv),
    ...limitMessages(objects('RATE_LIMIT_DO')),
    ...cartMessages(objects('CART_DO'), answering),
    ...storeMessages(objects('SESSION_DO')),
    ...coordinationMessages(objects('COORDINATION_DO')),
    ...authMessages(objects('AUTH_DO')),
  ];

  it('has every method', () => {
    expect(new Set(table.map(([name]) => name))).toEqual(new Set(methodsThere(bindings)));
  });

  describe.each(table.map(([name, ...cases]) => ({ name, cases })))('$name', ({ cases }) => {
    it.each(cases.map(([go, says]) => ({ go, says })))('says: $says', async ({ go, says }) => {
      const error = await Promise.resolve(go()).then(
        () => expect.fail('resolved, and an error was expected'),
        (error) => error,
      );
      expect(error).toMatchObject({ name: 'CloudflareClientsError', retryable: false });
      expect(error.message.slice(0, says.length)).toBe(says);
      expect(error.message).not.toContain(SECRET);
    });
  });
}
