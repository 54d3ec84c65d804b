import { StoredObject } from './base.js';

/** Not written yet. */
export class RateLimitDurableObject extends StoredObject {
  protected override open(): boolean {
    return false;
  }
}
