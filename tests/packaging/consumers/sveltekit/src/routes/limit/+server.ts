import { rateLimitHeaders } from '@codex/cloudflare-clients';
import type { RequestHandler } from './$types';

/** Two calls are admitted for each `?who=`. */
export const POST: RequestHandler = async ({ locals, url }) => {
  const limit = { limit: 2, window: 600, keyPrefix: 'rl:consumer:' };
  const result = await locals.limiter.checkLimit(url.searchParams.get('who') ?? '', limit);
  return new Response(null, { status: result.allowed ? 204 : 429, headers: rateLimitHeaders(result, limit) });
};
