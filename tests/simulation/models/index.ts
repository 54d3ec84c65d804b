import type { Model } from '../model.js';
import { authStorage } from './auth_storage.js';
import { cache } from './cache.js';
import { cart } from './cart.js';
import { counter } from './coordination_counter.js';
import { lock } from './coordination_lock.js';
import { rateLimit } from './rate_limit.js';
import { revocation } from './session_revocation.js';
import { sessionStore } from './session_store.js';

/** All models, by their names. */
export const MODELS: readonly Model[] = [
  cart,
  sessionStore,
  revocation,
  rateLimit,
  lock,
  counter,
  authStorage,
  cache,
] as unknown as Model[];
