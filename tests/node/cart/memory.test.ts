import { CartStoreClient } from '@codex/cloudflare-clients';
import { cartSuite } from '../../suites/cart/cart.js';

// A namespace none of whose objects can be reached.
const down = {
  idFromName: () => ({}),
  get: () => new Proxy({}, { get: () => () => Promise.reject(new Error('unreachable')) }),
};

const carts = (options = {}) =>
  new CartStoreClient(down, { ...options, onUnavailable: 'memory', onEvent: () => {} });
cartSuite({ name: "the isolate's memory", carts, merges: false });
