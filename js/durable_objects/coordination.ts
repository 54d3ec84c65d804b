import { StoredObject } from './base.js';

/** Not written yet. */
export class CoordinationDurableObject extends StoredObject {
  protected override open(): boolean {
    return false;
  }
}
