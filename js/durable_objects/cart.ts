import { StoredObject } from './base.js';

/** Not written yet. */
export class CartDurableObject extends StoredObject {
  protected override open(): boolean {
    return false;
  }
}
