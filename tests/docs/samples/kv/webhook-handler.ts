import { SessionCacheClient } from '@codex/cloudflare-clients';
import { purchasesService } from '@codex/core-services';
import type { KVNamespace } from '@cloudflare/workers-types';

interface Env {
  AUTH_SESSION_KV: KVNamespace;
  STRIPE_WEBHOOK_SECRET: string;
  // ... other env vars
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    // Webhook handlers can use KV clients too
    const sessionCache = new SessionCacheClient(env.AUTH_SESSION_KV);

    // ... webhook processing logic

    return new Response('OK');
  },
};
