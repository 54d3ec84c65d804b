// What the methods say of a bad argument: they name what was given.
import type { KVHandle, ObjectHandle } from '@codex/cloudflare-clients';
import * as clients from '@codex/cloudflare-clients';
import { type Case, type Method, NOTHING, SECRET } from '../core/bad_arguments.js';

const five = { limit: 5, window: 60, keyPrefix: 'rl:' };

export function limitMessages(handle: KVHandle | ObjectHandle): Method[] {
  const limiter = new clients.RateLimiterClient(handle as KVHandle);
  const withLimit = (go: (id: string, limit: clients.RateLimitConfig, cost?: number) => unknown): Case[] => [
    [() => go(7 as never, five), 'The identifier must be a string, not a number'],
    [() => go('', { ...five, keyPrefix: '' }), 'The identifier is empty'],
    [() => go('a', { ...five, keyPrefix: 7 as never }), 'keyPrefix must be a string, not a number'],
    [() => go('a', { ...five, keyPrefix: SECRET.repeat(43) }), 'keyPrefix has '],
    [() => go('a', { ...five, limit: -1 }), 'limit must be a whole number from 0 to 2^53 - 1, not -1'],
    [
      () => go('a', { ...five, window: 0.5 }),
      'window must be a whole number of seconds from 1 to 2678400 (31 days), not 0.5',
    ],
    [() => go('a', { ...five, window: '60' as never }), 'window must be a number, not a string'],
    [() => go('a', { ...five, algorithm: SECRET as never }), 'algorithm must be '],
    [() => go('a', NOTHING), 'limit must be a number, not undefined'],
    [() => go('a', 7 as never), 'A limit must be an object, not 7'],
  ];
  const withCost = (go: (id: string, limit: clients.RateLimitConfig, cost?: number) => unknown): Case[] => [
    ...withLimit(go),
    [() => go('a', five, 0), 'cost must be a whole number from 1 to 2^53 - 1, not 0'],
  ];
  const methods: Method[] = [
    [
      'RateLimiterClient.checkLimit',
      ...withCost((id, limit, cost) => limiter.checkLimit(id, limit, { cost })),
    ],
    ['RateLimiterClient.peek', ...withLimit((id, limit) => limiter.peek(id, limit))],
    [
      'RateLimiterClient.reset',
      [() => limiter.reset(7 as never, 'rl:'), 'The identifier must be a string'],
      [() => limiter.reset('a', SECRET.repeat(43)), 'keyPrefix has '],
      [() => limiter.reset('', ''), 'The identifier is empty'],
    ],
  ];
  if (!('idFromName' in handle)) return methods;
  return [
    ...methods,
    ['RateLimiterClient.refund', ...withCost((id, limit, cost) => limiter.refund(id, limit, cost))],
    ['RateLimiterClient.penalize', ...withCost((id, limit, cost) => limiter.penalize(id, limit, cost))],
    [
      'RateLimiterClient.checkLimits',
      ...withCost((id, limit, cost) => limiter.checkLimits(id, [limit], { cost })),
      [() => limiter.checkLimits('a', 7 as never), 'configs must be an array of 1 to 16 limits, not 7'],
      [() => limiter.checkLimits('a', []), 'checkLimits takes 1 to 16 limits'],
      [() => limiter.checkLimits('a', [five, five]), 'The limits of one call need different keyPrefixes'],
    ],
  ];
}
