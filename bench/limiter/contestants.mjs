// Who is simulated: one limiter for each isolate, made from its handle.
import { RateLimiterClient } from '@codex/cloudflare-clients';
import { plainCheck } from '../plain.mjs';

/** What is pending when an isolate answers, in the runtime's hands: here nobody has to keep it alive. */
const waitUntil = () => {};

export const ours = (kv) => {
  const limiter = new RateLimiterClient(kv, { waitUntil });
  return (identifier, config) => limiter.checkLimit(identifier, config);
};

/** Without a `waitUntil`, as in Node: what waits is written by the next call. */
export const oursWithoutFlush = (kv) => {
  const limiter = new RateLimiterClient(kv);
  return (identifier, config) => limiter.checkLimit(identifier, config);
};

export const plain = (kv) => (identifier, config) => plainCheck(kv, identifier, config);
