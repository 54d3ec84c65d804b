// 200 requests at once through one isolate: none is affected by what happens to another.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Server, serve } from '../../support/workerd.js';

let server: Server;
beforeAll(async () => {
  server = await serve(new URL('./crowd_worker.ts', import.meta.url));
});
afterAll(() => server?.stop());

const fates: Record<string, (id: string) => unknown> = {
  works: (id) => ({ user: id, own: `value of ${id}`, shared: 'shared', allowed: true }),
  throws: (id) => ({ error: id }),
  leaves: (id) => ({ left: id }),
  down: () => ({ code: 'kv_unavailable' }),
};

it('works, throws, leaves, hangs and is cancelled, side by side', async () => {
  const cancelled = new AbortController();
  const hanging = Array.from({ length: 40 }, (_, i) =>
    fetch(new URL(`/hangs?id=${i}`, server.url), { signal: cancelled.signal }).catch(({ name }) => name),
  );
  const names = Object.keys(fates);
  const answers = await Promise.all(
    Array.from({ length: 160 }, async (_, i) => {
      const name = names[i % names.length] as string;
      const answer = await fetch(new URL(`/${name}?id=id-${i}`, server.url));
      return { answer: await answer.json(), expected: fates[name]?.(`id-${i}`) };
    }),
  );
  for (const { answer, expected } of answers) expect(answer).toEqual(expected);
  cancelled.abort();
  expect(await Promise.all(hanging)).toEqual(Array(40).fill('AbortError'));
  const after = await fetch(new URL('/works?id=after', server.url));
  expect(await after.json()).toEqual(fates.works?.('after'));
  expect(server.uncaught).toEqual([]);
});
