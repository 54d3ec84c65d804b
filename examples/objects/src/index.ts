// The classes of the objects, for apps that bind to them with `script_name`.
export {
  AuthStorageDurableObject,
  CartDurableObject,
  CoordinationDurableObject,
  RateLimitDurableObject,
  SessionDurableObject,
} from '@codex/cloudflare-clients/durable-objects';

/** There is nothing here to visit. */
export default {
  fetch: () => new Response('Not found', { status: 404 }),
} satisfies ExportedHandler;
