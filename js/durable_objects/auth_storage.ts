import { StoredObject } from './base.js';

/** Not written yet. */
export class AuthStorageDurableObject extends StoredObject {
  protected override open(): boolean {
    return false;
  }
}
