/** The binding of each class in the Worker of the tests. */
export const BINDINGS: Record<string, string> = {
  CartDurableObject: 'CART_DO',
  SessionDurableObject: 'SESSION_DO',
  RateLimitDurableObject: 'RATE_LIMIT_DO',
  CoordinationDurableObject: 'COORDINATION_DO',
  AuthStorageDurableObject: 'AUTH_DO',
};
