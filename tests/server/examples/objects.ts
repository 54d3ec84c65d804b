// The example's objects, with carts that can be asked how long they live.
import { CartDurableObject as Cart } from '@codex/cloudflare-clients/durable-objects';

export {
  AuthStorageDurableObject,
  CoordinationDurableObject,
  RateLimitDurableObject,
  SessionDurableObject,
} from '@codex/cloudflare-clients/durable-objects';

export class CartDurableObject extends Cart {
  /** Whether it would still be there after so many seconds without a visit. Asking does not make it live longer. */
  async livesFor(seconds: number): Promise<boolean> {
    const { now } = Date;
    Date.now = () => now() + seconds * 1_000;
    try {
      const reply = this.get(1);
      return reply.ok && reply.value !== null;
    } finally {
      Date.now = now;
    }
  }
}

export default { fetch: () => new Response(null, { status: 404 }) };
