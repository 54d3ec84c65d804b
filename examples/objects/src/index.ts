// The classes of the objects. SvelteKit's adapter writes a Worker that cannot export any,
// so they live in this one, and the app binds to them with `script_name`.
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
