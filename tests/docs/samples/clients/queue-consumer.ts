// workers/queue-consumer/src/index.ts
import { CacheClient } from '@codex/cloudflare-clients';
import type { KVNamespace } from '@cloudflare/workers-types';

interface Env {
  TRANSCODING_QUEUE: Queue;
  CACHE_KV: KVNamespace;
}

export default {
  async queue(batch: MessageBatch, env: Env): Promise<void> {
    const cache = new CacheClient(env.CACHE_KV);

    for (const message of batch.messages) {
      const job = message.body;

      // Update transcoding status in cache
      await cache.set(
        `cache:media:status:${job.mediaId}`,
        { status: 'transcoding', progress: 0 },
        60 // 1 min TTL
      );

      // Process transcoding job...
    }
  },
};
