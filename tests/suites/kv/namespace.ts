import { describe } from 'vitest';
import type { KvBackend } from './backend.js';
import { lifetimes, metadata } from './lifetimes.js';
import { bulkReads, deletes, listing } from './reading.js';
import { keys, values } from './values.js';

/** What production, workerd and the strict double have in common. */
export function kvSuite(backend: KvBackend): void {
  describe(`KV: ${backend.name}`, () => {
    values(backend);
    keys(backend);
    lifetimes(backend);
    metadata(backend);
    bulkReads(backend);
    deletes(backend);
    listing(backend);
  });
}
