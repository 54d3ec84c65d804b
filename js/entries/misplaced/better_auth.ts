// The entry ./better-auth in a browser. Its names are auth_storage/client.ts's.
import { serverOnly } from './refusal.js';

export const { CloudflareClientsError, rateLimitStorage, secondaryStorage } = serverOnly(
  '@codex/cloudflare-clients/better-auth',
);
