/** The class behind each binding, as the documents name them. */
export const CLASSES = {
  CART_DO: 'CartDurableObject',
  SESSION_DO: 'SessionDurableObject',
  RATE_LIMIT_DO: 'RateLimitDurableObject',
  COORDINATION_DO: 'CoordinationDurableObject',
  AUTH_DO: 'AuthStorageDurableObject',
};

/** The binding of each class in the Worker of the tests. */
export const BINDINGS: Record<string, string> = Object.fromEntries(
  Object.entries(CLASSES).map(([binding, className]) => [className, binding]),
);

/** Each of them as Miniflare declares it. */
export const DURABLE_OBJECTS = Object.fromEntries(
  Object.entries(CLASSES).map(([binding, className]) => [binding, { className, useSQLite: true }]),
);
