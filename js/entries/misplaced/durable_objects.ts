// The entry ./durable-objects in Node or a browser. Its names are durable_objects/index.ts's.
import { refusal } from './refusal.js';

export const {
  AuthStorageDurableObject,
  CartDurableObject,
  CoordinationDurableObject,
  RateLimitDurableObject,
  SessionDurableObject,
} = refusal(
  '@codex/cloudflare-clients/durable-objects has classes that run in workerd alone: only a Worker\'s own entry ("main" in wrangler.jsonc) may import it, since nothing else has cloudflare:workers. Apps import clients from @codex/cloudflare-clients; tests of the classes run by @cloudflare/vitest-plugin. (Bundling for a Worker? Set the condition "workerd": docs/bundlers.md.)',
);
