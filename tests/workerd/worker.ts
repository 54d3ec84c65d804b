import { previousClasses } from '../support/previous.js';

export * from '@codex/cloudflare-clients/durable-objects';

// The same classes of the previous version, as a Worker has them that was not deployed again.
export const {
  CartDurableObject: PreviousCartDurableObject,
  SessionDurableObject: PreviousSessionDurableObject,
  RateLimitDurableObject: PreviousRateLimitDurableObject,
  CoordinationDurableObject: PreviousCoordinationDurableObject,
  AuthStorageDurableObject: PreviousAuthStorageDurableObject,
} = previousClasses;

export default { fetch: () => new Response('tests run in this Worker') };
