// A Worker with objects of another, which does not run, and of a class that is in no migration.
import {
  type CartObjects,
  CartStoreClient,
  type CloudflareClientsError,
  type CoordinationObjects,
  LockClient,
} from '@codex/cloudflare-clients';

// Bound without a migration, so it has no SQLite.
export { CartDurableObject } from '@codex/cloudflare-clients/durable-objects';

interface Env {
  WITHOUT_SQLITE: CartObjects;
  CART_DO: CartObjects;
  COORDINATION_DO: CoordinationObjects;
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'no failure',
    ({ code, message, retryable }: CloudflareClientsError) => ({ code, message, retryable }),
  );

export default {
  fetch: async (_: Request, { CART_DO, COORDINATION_DO, WITHOUT_SQLITE }: Env) =>
    Response.json([
      await failure(new CartStoreClient(CART_DO).getCart('cart')),
      await failure(new LockClient(COORDINATION_DO).acquire('lock', { ttlSeconds: 30 })),
      await failure(new CartStoreClient(WITHOUT_SQLITE).getCart('cart')),
    ]),
};
