// A panic costs one call, in workerd with other requests in flight.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, serve } from '../../support/workerd.js';

let server: Server;
beforeAll(async () => {
  server = await serve(new URL('./guard_worker.ts', import.meta.url));
});
afterAll(() => server?.stop());

const get = async (path: string) => (await fetch(new URL(path, server.url))).json();

describe.each(['panic', 'trap', 'stack overflow', 'out of memory'].map((name, how) => ({ name, how })))(
  '$name',
  ({ how }) => {
    it('before an await rejects one call, and the next one works', async () => {
      expect(await get(`/now?how=${how}`)).toEqual({ code: 'panic' });
      expect(await get('/next')).toEqual({ value: 'works' });
    });

    it('after an await rejects that call and its neighbours, and the next one works', async () => {
      const neighbours = Array.from({ length: 5 }, () => get('/neighbour'));
      expect(await get(`/later?how=${how}&waiting=5`)).toEqual({ code: 'panic' });
      expect(await get('/next')).toEqual({ value: 'works' });
      // An error each, and no silence.
      expect(await Promise.all(neighbours)).toEqual(Array(5).fill({ code: 'panic' }));
    });
  },
);

it('nothing reached the process uncaught', () => {
  expect(server.uncaught).toEqual([]);
});
