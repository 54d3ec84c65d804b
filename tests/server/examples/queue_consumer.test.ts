// examples/queue-consumer through its real queue handler, and through a real queue.
import { ENTRIES, isStored } from 'example-shared/entries';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { backOff } from '../../../examples/queue-consumer/src/back_off.js';
import { type Server, serve } from '../../support/workerd.js';

interface KV {
  get(key: string): Promise<string | null>;
  list(options: { prefix: string }): Promise<{ keys: { name: string; expiration: number }[] }>;
}

// Keeps what arrives as a dead letter, for the tests to look at.
const collector = `export default {
  async queue(batch, env) {
    for (const { id, body } of batch.messages) await env.KV.put('dead:' + id, JSON.stringify(body));
  },
}`;

let server: Server;
let kv: KV;
let status = 200;
const seen: unknown[] = [];

beforeAll(async () => {
  server = await serve(new URL('../../../examples/queue-consumer/src/index.ts', import.meta.url), {
    bindings: {
      kvNamespaces: { CACHE_KV: 'kv' },
      queueProducers: { DEAD_LETTERS: 'dead-letters', JOBS: 'jobs' },
      queueConsumers: { jobs: { maxBatchTimeout: 0, maxRetries: 0, deadLetterQueue: 'dead-letters' } },
      serviceBindings: {
        TRANSCODER: async (request: Request) => {
          seen.push(await request.json());
          return new Response(null, { status });
        },
      },
    },
    others: [
      {
        name: 'collector',
        modules: true,
        script: collector,
        compatibilityDate: '2026-08-01',
        kvNamespaces: { KV: 'kv' },
        queueConsumers: { 'dead-letters': { maxBatchTimeout: 0 } },
      },
    ],
  });
  kv = (await server.miniflare.getBindings<{ CACHE_KV: KV }>('main')).CACHE_KV;
});
afterAll(() => server?.stop());
beforeEach(() => {
  seen.length = 0;
});

const job = (mediaId: string) => ({ mediaId, source: 'originals/film.mp4' });

/** What the app finds under its key, in its shape. */
async function shown(mediaId: string) {
  const entry = ENTRIES.processingStatus(mediaId);
  const found: unknown = JSON.parse((await kv.get(entry.key)) ?? 'null');
  return isStored(entry, found) ? found.value : found;
}

/** Hands messages to the queue handler as the runtime does. */
async function consume(...bodies: unknown[]) {
  const worker = (await server.miniflare.getWorker('main')) as unknown as {
    queue(
      name: string,
      messages: object[],
    ): Promise<{ explicitAcks: string[]; retryMessages: { msgId: string; delaySeconds: number }[] }>;
  };
  const messages = bodies.map((body, i) => ({ id: `m${i}`, timestamp: new Date(), body, attempts: 2 }));
  return worker.queue('jobs', messages);
}

async function deadLetters(): Promise<unknown[]> {
  const { keys } = await kv.list({ prefix: 'dead:' });
  return Promise.all(keys.map(async ({ name }) => JSON.parse((await kv.get(name)) ?? 'null')));
}

it('acknowledges what is done, and shows it for a minute', async () => {
  status = 200;
  const { explicitAcks, retryMessages } = await consume(job('a'), job('b'));
  expect([explicitAcks.toSorted(), retryMessages]).toEqual([['m0', 'm1'], []]);
  const ready = {
    status: 'ready',
    progress: 100,
    startedAt: expect.any(Number),
    readyAt: expect.any(Number),
  };
  expect([await shown('a'), await shown('b')]).toEqual([ready, ready]);
  expect(seen).toContainEqual(job('a'));
  const { keys } = await kv.list({ prefix: 'cache:media:processing-status:a' });
  expect(keys[0]?.expiration).toBeLessThanOrEqual(Date.now() / 1000 + 61);
});

it('tries again later what the transcoder cannot do now', async () => {
  for (status of [500, 503, 429]) {
    const { explicitAcks, retryMessages } = await consume(job('late'));
    expect(explicitAcks).toEqual([]);
    expect(retryMessages).toEqual([{ msgId: 'm0', delaySeconds: expect.any(Number) }]);
    expect(retryMessages[0]?.delaySeconds).toBeGreaterThanOrEqual(10);
    expect(retryMessages[0]?.delaySeconds).toBeLessThanOrEqual(20);
    expect(await shown('late')).toMatchObject({ status: 'waiting', startedAt: null });
  }
});

it('sends what can never be done to the dead letters, and goes on with the rest', async () => {
  status = 200;
  const poison = [
    null,
    'text',
    {},
    { mediaId: '../x', source: 's' },
    { mediaId: 'x'.repeat(65), source: 's' },
  ];
  const { explicitAcks, retryMessages } = await consume(...poison, job('fine'));
  expect([explicitAcks.length, retryMessages]).toEqual([6, []]);
  expect(seen).toEqual([job('fine')]);
  await expect.poll(async () => (await deadLetters()).length, { timeout: 10_000 }).toBe(5);
  status = 422;
  await consume(job('refused'));
  expect(await shown('refused')).toMatchObject({ status: 'failed', progress: 0, readyAt: null });
  await expect.poll(deadLetters, { timeout: 10_000 }).toContainEqual(job('refused'));
});

it('consumes a real queue', async () => {
  status = 200;
  const { JOBS } = await server.miniflare.getBindings<{ JOBS: { send(body: unknown): Promise<void> } }>(
    'main',
  );
  await JOBS.send(job('queued'));
  await expect.poll(() => shown('queued'), { timeout: 10_000 }).toMatchObject({ status: 'ready' });
  expect(server.uncaught).toEqual([]);
});

it('backs off to an hour at most, never twice the same', () => {
  for (let attempts = 1; attempts < 20; attempts++) {
    const most = Math.min(10 * 2 ** (attempts - 1), 3_600);
    expect(backOff(attempts)).toBeGreaterThanOrEqual(most / 2);
    expect(backOff(attempts)).toBeLessThanOrEqual(most);
  }
});
