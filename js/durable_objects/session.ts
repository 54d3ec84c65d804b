import { StoredObject } from './base.js';

/** Not written yet. */
export class SessionDurableObject extends StoredObject {
  protected override open(): boolean {
    return false;
  }
}
