import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, serve } from '../../support/workerd.js';

// Both ways in which workerd has treated a promise of a request that has ended.
const dates = ['2026-08-01', '2024-09-23'];

describe.each(dates)('several requests in one isolate (compatibility date %s)', (compatibilityDate) => {
  let server: Server;
  beforeAll(async () => {
    server = await serve(new URL('./sharing_worker.ts', import.meta.url), { compatibilityDate });
  });
  afterAll(() => server?.stop());

  const get = (path: string, init?: RequestInit) => fetch(new URL(path, server.url), init);
  const json = async (path: string) => (await get(path)).json();

  /** A request begins to load and ends; others ask for the same key while its load is under way. */
  async function abandonAndAsk(key: string, query: string, waiting: number) {
    const params = `key=${key}&readers=${waiting + 1}&${query}`;
    await get(`/abandon?${params}`);
    return Promise.all(Array.from({ length: waiting }, () => json(`/load?${params}`)));
  }

  it('20 requests share one load', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => json('/load?key=shared&readers=20')));
    expect(all).toEqual(Array(20).fill({ value: 'loaded shared' }));
    const { loads, events } = await json('/loads?key=shared');
    expect(loads).toBe(1);
    expect(events).toEqual(Array(19).fill('joined'));
  });

  it('a load goes on for those who wait when its own request has ended', async () => {
    const all = await abandonAndAsk('kept', '', 10);
    expect(all).toEqual(Array(10).fill({ value: 'loaded kept' }));
    // A date before `waitUntil` could be imported still imports it: the runtime decides, not the date.
    const { loads, events } = await json('/loads?key=kept');
    expect(loads).toBe(1);
    expect(events).toEqual(Array(10).fill('joined'));
  });

  it('without waitUntil nobody hangs: one of those who wait loads for all', async () => {
    const all = await abandonAndAsk('mortal', 'mortal&join=1000', 10);
    expect(all).toEqual(Array(10).fill({ value: 'loaded mortal' }));
    expect((await json('/loads?key=mortal')).loads).toBe(2);
  });

  it('a miss answers before its write; a deletion by another request comes after it', async () => {
    // Each step is a request of its own.
    expect(await json('/load?key=held&readers=1')).toEqual({ value: 'loaded held' });
    const before = (await json('/loads?key=held')).reads;
    expect(await json('/get?key=held')).toEqual({ value: 'loaded held' });
    expect((await json('/loads?key=held')).reads).toBe(before);
    expect(await (await get('/stored?key=held')).text()).toBe('');
    const deleted = json('/delete?key=held');
    await json('/let-go?key=held');
    await deleted;
    expect(await json('/get?key=held')).toEqual({ value: null });
    expect(await (await get('/stored?key=held')).text()).toBe('');
  });

  it('limits are exact across requests, and flushed after the answer', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => json('/check?key=burst')));
    expect(all.filter(({ allowed }) => allowed)).toHaveLength(5);
    const stored = async () => JSON.parse((await (await get('/stored?key=rl:burst')).text()) || '{}').count;
    await expect.poll(stored, { timeout: 5_000, interval: 50 }).toBe(5);
  });

  it('nothing reached the process uncaught', () => {
    expect(server.uncaught).toEqual([]);
  });
});
