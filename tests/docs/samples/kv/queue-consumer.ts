import { CacheClient } from '@codex/cloudflare-clients';
import type { KVNamespace } from '@cloudflare/workers-types';

interface Env {
  TRANSCODING_QUEUE: Queue;
  CACHE_KV: KVNamespace;
  RUNPOD_API_KEY: string;
  // ... other env vars
}

export default {
  async queue(batch: MessageBatch, env: Env): Promise<void> {
    const cache = new CacheClient(env.CACHE_KV);

    for (const message of batch.messages) {
      const job = message.body;

      // Update processing status in cache
      await cache.set(
        `cache:media:processing-status:${job.mediaId}`,
        'transcoding',
        60 // 1 minute TTL
      );

      // Process job...
    }
  },
};
