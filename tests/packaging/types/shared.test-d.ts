import type * as main from '@codex/cloudflare-clients';
import * as shared from '@codex/cloudflare-clients/shared';
import { same } from './same.js';

same<shared.ErrorCode, main.ErrorCode>();
same<shared.ErrorCode, (typeof shared.ERROR_CODES)[number]>();
same<shared.CloudflareClientsError, main.CloudflareClientsError>();
same<typeof shared.clientKey, typeof main.clientKey>();
same<typeof shared.rateLimitHeaders, typeof main.rateLimitHeaders>();
same<typeof shared.RATE_LIMITS, typeof main.RATE_LIMITS>();
same<shared.CachedSession, main.CachedSession>();
same<shared.CartState, main.CartState>();
same<shared.ClientEvent, main.ClientEvent>();
same<shared.SessionRecord, main.SessionRecord>();

// A table of texts is complete, or does not compile.
export const texts: Record<shared.ErrorCode, string> = Object.fromEntries(
  shared.ERROR_CODES.map((code) => [code, code]),
) as Record<shared.ErrorCode, string>;
// @ts-expect-error the list cannot be changed
shared.ERROR_CODES.push('panic');
// @ts-expect-error clients need a server
shared.CacheClient;
