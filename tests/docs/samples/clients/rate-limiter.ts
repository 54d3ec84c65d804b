import { RateLimiterClient } from '@codex/cloudflare-clients';

const rateLimiter = new RateLimiterClient(env.RATE_LIMIT_KV);

// Check and increment rate limit
const result = await rateLimiter.checkLimit('192.168.1.1', {
  limit: 5,           // Max 5 attempts
  window: 900,        // 15 minutes
  keyPrefix: 'rl:login:',
});

if (!result.allowed) {
  throw new Error('Rate limit exceeded');
}

console.log(`Remaining: ${result.remaining}, Resets at: ${new Date(result.resetAt)}`);

// Reset rate limit (admin override)
await rateLimiter.reset('192.168.1.1', 'rl:login:');

export {};
