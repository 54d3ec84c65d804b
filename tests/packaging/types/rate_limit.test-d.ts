import {
  type clientKey,
  type KVHandle,
  type ObjectHandle,
  RATE_LIMITS,
  type RateLimitAlgorithm,
  type RateLimitConfig,
  RateLimiterClient,
  type RateLimitResult,
  rateLimitHeaders,
} from '@codex/cloudflare-clients';
import { same } from './same.js';

declare const kv: KVHandle;
declare const result: RateLimitResult;
const limiter = new RateLimiterClient(kv, {
  onUnavailable: 'deny',
  timeoutMs: 200,
  waitUntil: (_: Promise<unknown>) => {},
});
const config: RateLimitConfig = { limit: 5, window: 60, keyPrefix: 'rl:a:' };

same<ReturnType<typeof limiter.checkLimit>, Promise<RateLimitResult>>();
same<ReturnType<typeof limiter.peek>, Promise<RateLimitResult>>();
same<ReturnType<typeof limiter.reset>, Promise<void>>();
limiter.checkLimit('203.0.113.7', config);
limiter.checkLimit('203.0.113.7', { ...config, algorithm: 'token-bucket' }, { cost: 2 });
limiter.peek('203.0.113.7', RATE_LIMITS.login);
limiter.reset('203.0.113.7', config.keyPrefix);
// @ts-expect-error a reset needs the prefix
limiter.reset('203.0.113.7');
// @ts-expect-error no window
limiter.checkLimit('203.0.113.7', { limit: 5, keyPrefix: 'rl:a:' });
// @ts-expect-error no such algorithm
limiter.checkLimit('203.0.113.7', { ...config, algorithm: 'leaky-bucket' });
// @ts-expect-error a cost is a number
limiter.checkLimit('203.0.113.7', config, { cost: '2' });
// @ts-expect-error no such policy
new RateLimiterClient(kv, { onUnavailable: 'ignore' });

declare const objects: ObjectHandle;
const exact = new RateLimiterClient(objects, {
  onUnavailable: 'allow',
  localBlock: false,
  slowMs: 50,
  locationHint: 'eeur',
  jurisdiction: 'eu',
});
same<ReturnType<typeof exact.checkLimits>, Promise<RateLimitResult>>();
same<ReturnType<typeof exact.refund>, Promise<RateLimitResult>>();
same<ReturnType<typeof exact.penalize>, Promise<RateLimitResult>>();
same<RateLimitAlgorithm, 'fixed-window' | 'sliding-window' | 'token-bucket'>();
exact.checkLimits('user', [config, RATE_LIMITS.api], { cost: 2 });
exact.refund('user', config, 2);
exact.penalize('user', config);
// @ts-expect-error the limits are a list
exact.checkLimits('user', config);
// @ts-expect-error true or false
new RateLimiterClient(objects, { localBlock: 'yes' });
// @ts-expect-error neither kind of namespace
new RateLimiterClient({ get: async () => null });

same<
  RateLimitResult,
  {
    allowed: boolean;
    remaining: number;
    resetAt: number;
    limit: number;
    retryAfterSeconds: number;
    degraded?: true;
  }
>();
same<keyof typeof RATE_LIMITS, 'login' | 'register' | 'passwordReset' | 'verifyEmail' | 'api' | 'upload'>();
for (const limit of Object.values(RATE_LIMITS)) limiter.peek('203.0.113.7', limit);
// @ts-expect-error the limits cannot be changed
RATE_LIMITS.login.limit = 500;

same<typeof clientKey, (address: string) => string>();
same<ReturnType<typeof rateLimitHeaders>, Record<string, string>>();
rateLimitHeaders(result, RATE_LIMITS.api);
// @ts-expect-error both are needed
rateLimitHeaders(result);
