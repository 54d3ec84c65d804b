// workers/webhook-handler/src/index.ts
import { SessionCacheClient } from '@codex/cloudflare-clients';
import type { KVNamespace } from '@cloudflare/workers-types';

interface Env {
  AUTH_SESSION_KV: KVNamespace;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    // Invalidate session cache on webhook events
    const sessionCache = new SessionCacheClient(env.AUTH_SESSION_KV);
    await sessionCache.delete(sessionToken);

    return new Response('OK');
  },
};
