// A Worker whose objects are those of another, which does not run.
import { CartStoreClient, type CloudflareClientsError, LockClient } from '@codex/cloudflare-clients';

interface Env {
  CART_DO: DurableObjectNamespace;
  COORDINATION_DO: DurableObjectNamespace;
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'no failure',
    ({ code, message, retryable }: CloudflareClientsError) => ({ code, message, retryable }),
  );

export default {
  fetch: async (_, { CART_DO, COORDINATION_DO }) =>
    Response.json([
      await failure(new CartStoreClient(CART_DO).getCart('cart')),
      await failure(new LockClient(COORDINATION_DO).acquire('lock', { ttlSeconds: 30 })),
    ]),
} satisfies ExportedHandler<Env>;
