import type { Model } from '../model.js';
import { cart } from './cart.js';

/** All models, by their names. */
export const MODELS: readonly Model[] = [cart] as unknown as Model[];
