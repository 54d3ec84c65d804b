import { RateLimiterClient } from '@codex/cloudflare-clients';
import { auth } from '@codex/auth';
import { redirect } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({
  request,
  cookies,
  getClientAddress,
  platform,
  url,
}) => {
  const data = await request.formData();
  const email = data.get('email') as string;
  const password = data.get('password') as string;

  // Rate limiting
  const kv = platform?.env?.AUTH_SESSION_KV;
  if (kv) {
    const rateLimiter = new RateLimiterClient(kv);
    const ip = getClientAddress();

    const result = await rateLimiter.checkLimit(ip, {
      limit: 5,
      window: 900, // 15 minutes
      keyPrefix: 'rl:login:',
    });

    if (!result.allowed) {
      return Response.json({
        error: 'Too many login attempts. Please try again in 15 minutes.',
      }, { status: 429 });
    }
  }

  // ... rest of login logic
};
