// Objects called by whoever has the binding, with anything.
import { runInDurableObject } from 'cloudflare:test';
import type { Reply } from '@codex/cloudflare-clients/durable-objects';
import fc from 'fast-check';
import { expect } from 'vitest';

/** The methods of an object, which take whatever is sent to them. */
export type Calls = Record<string, (...args: unknown[]) => Promise<Reply<unknown>>>;

/** What structured cloning lets through. */
export const wild = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, maxDepth: 2 }),
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    '\ud800',
    Number.NaN,
    -0,
    Number.POSITIVE_INFINITY,
    'x'.repeat(600),
    [],
    [[]],
    {},
  ),
);

/** A reply that is one of these refusals. */
export async function refused(reply: Promise<Reply<unknown>>, codes: string[]): Promise<void> {
  const answer = await reply;
  expect(answer).toMatchObject({ ok: false, message: expect.any(String) });
  expect(codes).toContain((answer as { code: string }).code);
}

/** What an object replies; nothing where the call cannot be sent at all. */
export async function sent(
  call: () => Promise<Reply<unknown>> | undefined,
): Promise<Reply<unknown> | undefined> {
  try {
    return await call();
  } catch (error) {
    if ((error as Error).name === 'DataCloneError') return undefined;
    throw error;
  }
}

/** The methods that an object offers by RPC: those of prototypes, whatever TypeScript calls protected. */
export const offered = (stub: object): Promise<string[]> =>
  runInDurableObject(stub, (instance) => {
    const own = Object.getPrototypeOf(instance);
    const names = [own, Object.getPrototypeOf(own)].flatMap(Object.getOwnPropertyNames);
    return [...new Set(names)].filter((name) => !['constructor', 'alarm'].includes(name));
  });
