import { env } from 'cloudflare:workers';
import { CartStoreClient, type ObjectHandle } from '@codex/cloudflare-clients';
import { cartSuite } from '../../suites/cart/cart.js';

const { CART_DO } = env as { CART_DO: ObjectHandle };
cartSuite({
  name: 'a Durable Object',
  carts: (options) => new CartStoreClient(CART_DO, options),
  merges: true,
});
