// apps/web/src/routes/api/auth/login/+server.ts
import { RateLimiterClient } from '@codex/cloudflare-clients';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ request, platform, getClientAddress }) => {
  const kv = platform?.env?.RATE_LIMIT_KV;

  if (kv) {
    const rateLimiter = new RateLimiterClient(kv);
    const result = await rateLimiter.checkLimit(getClientAddress(), {
      limit: 5,
      window: 900,
      keyPrefix: 'rl:login:',
    });

    if (!result.allowed) {
      return Response.json({ error: 'Too many login attempts' }, { status: 429 });
    }
  }

  // Process login...
};
