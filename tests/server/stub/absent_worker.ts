// A Worker whose objects are those of another, which does not run.
import {
  type CartObjects,
  CartStoreClient,
  type CloudflareClientsError,
  type CoordinationObjects,
  LockClient,
} from '@codex/cloudflare-clients';

interface Env {
  CART_DO: CartObjects;
  COORDINATION_DO: CoordinationObjects;
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'no failure',
    ({ code, message, retryable }: CloudflareClientsError) => ({ code, message, retryable }),
  );

export default {
  fetch: async (_: Request, { CART_DO, COORDINATION_DO }: Env) =>
    Response.json([
      await failure(new CartStoreClient(CART_DO).getCart('cart')),
      await failure(new LockClient(COORDINATION_DO).acquire('lock', { ttlSeconds: 30 })),
    ]),
};
