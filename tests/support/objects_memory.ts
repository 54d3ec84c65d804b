// What users cannot import: it is in the package, and not in its exports.
// @ts-expect-error It has no typings there.
import { memoryBytes as untyped } from '../../node_modules/@codex/cloudflare-clients/durable_objects/load.js';

/** The size of the memory that the objects of this isolate share. */
export const memoryBytes: () => number = untyped;
