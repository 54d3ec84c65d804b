import type { Model } from '../model.js';
import { authStorage } from './auth_storage.js';
import { cart } from './cart.js';
import { counter } from './counter.js';

/** All models, by their names. */
export const MODELS: readonly Model[] = [cart, counter, authStorage] as unknown as Model[];
