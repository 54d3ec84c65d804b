import { CloudflareClientsError, type ErrorCode } from '@codex/cloudflare-clients';
import { same } from './same.js';

declare const thrown: unknown;

if (thrown instanceof CloudflareClientsError) {
  same<typeof thrown.code, ErrorCode>();
  same<typeof thrown.retryable, boolean>();
  same<typeof thrown.cause, unknown>();
  same<typeof thrown.keys, readonly string[] | undefined>();
  const error: Error = thrown;
  void error;
  // @ts-expect-error no such code
  if (thrown.code === 'rate_limited') throw thrown;
  // @ts-expect-error read only
  thrown.code = 'timeout';
}

same<
  ErrorCode,
  | 'invalid_handle'
  | 'invalid_key'
  | 'invalid_ttl'
  | 'invalid_value'
  | 'invalid_session'
  | 'invalid_limit'
  | 'value_too_large'
  | 'unsupported'
  | 'partial_failure'
  | 'kv_rate_limited'
  | 'kv_unavailable'
  | 'object_unavailable'
  | 'object_overloaded'
  | 'timeout'
  | 'forbidden'
  | 'conflict'
  | 'limit_exceeded'
  | 'misconfigured'
  | 'panic'
>();
