import { CacheClient, CloudflareClientsError } from '@codex/cloudflare-clients';
import { ENTRIES, stored } from 'example-shared/entries';
import type { MediaSnapshot } from 'example-shared/shapes';
import { backOff } from './back_off';
import { parseJob, type TranscodingJob } from './job';

interface Env {
  CACHE_KV: KVNamespace;
  DEAD_LETTERS: Queue;
  /** The service that does the work: 2xx when it is done, 4xx when it never can be. */
  TRANSCODER: Fetcher;
}

/** Of the statuses that the app can show, those that a consumer knows of. */
type Status = Exclude<MediaSnapshot['status'], 'packaging'>;

export default {
  async queue(batch, env): Promise<void> {
    const cache = new CacheClient(env.CACHE_KV, { timeoutMs: 2_000 });
    // Each message by itself: one that fails must not repeat those that were done.
    await Promise.all(batch.messages.map((message) => consume(message, env, cache)));
  },
} satisfies ExportedHandler<Env>;

async function consume(message: Message, env: Env, cache: CacheClient): Promise<void> {
  const job = parseJob(message.body);
  if (!job) return poison(message, env);
  const startedAt = Date.now();
  await show(cache, job, 'transcoding', startedAt);
  const outcome = await transcode(job, env.TRANSCODER);
  await show(cache, job, outcome, startedAt);
  switch (outcome) {
    case 'ready':
      return message.ack();
    case 'failed':
      return poison(message, env);
    case 'waiting':
      return message.retry({ delaySeconds: backOff(message.attempts) });
  }
}

async function transcode(job: TranscodingJob, transcoder: Fetcher): Promise<'ready' | 'waiting' | 'failed'> {
  try {
    const { status } = await transcoder.fetch('https://transcoder/jobs', {
      method: 'POST',
      body: JSON.stringify(job),
      signal: AbortSignal.timeout(60_000),
    });
    if (status < 300) return 'ready';
    return status >= 400 && status < 500 && status !== 429 ? 'failed' : 'waiting';
  } catch {
    return 'waiting';
  }
}

/**
 * What the app's media page shows until the entry's time is up; then it asks the database. The status is for people
 * who watch: the job goes on without it when KV is away.
 */
async function show(cache: CacheClient, { mediaId }: TranscodingJob, status: Status, startedAt: number) {
  const { key, ttlSeconds } = ENTRIES.processingStatus(mediaId);
  const isReady = status === 'ready';
  const snapshot: MediaSnapshot = {
    status,
    progress: isReady ? 100 : 0,
    startedAt: status === 'waiting' ? null : startedAt,
    // The transcoder gives no estimate.
    readyAt: isReady ? Date.now() : null,
  };
  try {
    await cache.set(key, stored(snapshot), ttlSeconds);
  } catch (cause) {
    if (!(cause instanceof CloudflareClientsError)) throw cause;
    console.warn(JSON.stringify({ message: 'A status could not be shown', code: cause.code }));
  }
}

/** Sent before it is acknowledged: between the two it is there twice, and never not at all. */
async function poison(message: Message, env: Env): Promise<void> {
  await env.DEAD_LETTERS.send(message.body);
  message.ack();
}
