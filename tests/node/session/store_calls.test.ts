// Time limits of SessionStoreClient, where calls on many objects are made.
import {
  type CloudflareClientsError,
  type ObjectHandle,
  SessionStoreClient,
} from '@codex/cloudflare-clients';
import { expect, test } from 'vitest';
import { hang } from '../../support/backend.js';
import { ended, movedTime } from '../../support/time.js';

movedTime();

const ids = Array.from({ length: 120 }, (_, i) => `s${i}`);
const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A customer with 120 sessions: `wait` says how long a call on an object takes. */
function customerOf(wait: (name: string, method: string) => Promise<unknown> | undefined) {
  const calls: [string, string, unknown[]][] = [];
  const index = { at: 1, tick: 2, ids, ticks: ids.map(() => 1) };
  const namespace = {
    idFromName: (name: string) => ({ name }),
    get: ({ name }: { name: string }) =>
      new Proxy(
        {},
        {
          get:
            (_, method: string) =>
            async (...args: unknown[]) => {
              calls.push([name, method, args]);
              await wait(name, method);
              return {
                ok: true,
                value: name === 'customer:c' ? index : method === 'readSession' ? null : true,
              };
            },
        },
      ),
  };
  return { sessions: new SessionStoreClient(namespace as ObjectHandle), calls };
}

/** What became of a call, and when. */
async function ending(call: Promise<unknown>) {
  const started = Date.now();
  const outcome = call.then(
    () => ({}),
    (error: CloudflareClientsError) => ({ error }),
  );
  const { error }: { error?: CloudflareClientsError } = await ended(outcome, 100);
  return { ...(error && { error }), ms: Date.now() - started };
}

test('a session that hangs takes nothing of what the others answered from revokeAll', async () => {
  const { sessions, calls } = customerOf((name) => (name === 'session:s7' ? hang() : undefined));
  const { error, ms } = await ending(sessions.revokeAll('c'));
  expect(error).toMatchObject({
    code: 'partial_failure',
    message: expect.stringMatching(/^Stopped after 119:/),
  });
  expect(ms).toBe(5_000);
  const forgotten = calls.filter(([, method]) => method === 'forgetEntries').flatMap(([, , [gone]]) => gone);
  expect(forgotten).toEqual(ids.filter((id) => id !== 's7'));
});

test('revokeAll has the limit for each 50', async () => {
  const { sessions } = customerOf((_, method) => (method === 'revokeSession' ? after(4_000) : undefined));
  expect(await ending(sessions.revokeAll('c'))).toEqual({ ms: 12_000 });
});

test('list has one limit, and asks nobody after it', async () => {
  const { sessions, calls } = customerOf((_, method) => after(method === 'readIndex' ? 1_000 : 2_500));
  const { error, ms } = await ending(sessions.list('c'));
  expect(error).toMatchObject({ code: 'timeout' });
  expect(ms).toBe(5_000);
  expect(calls.filter(([, method]) => method === 'readSession')).toHaveLength(100);
});
