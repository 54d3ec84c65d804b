import type { Scenes } from '../recorder.js';
import { auth } from './auth_storage.js';
import { carts } from './cart.js';
import { coordination } from './coordination.js';
import { limits } from './rate_limit.js';
import { sessions } from './session.js';

/** By the subject of each class. */
export const SCENES: Record<string, Scenes> = {
  cart: carts,
  session: sessions,
  rate_limit: limits,
  coordination,
  auth_storage: auth,
};
