// What users cannot import: it is in the package, and not in its exports.
// @ts-expect-error It has no typings there.
import { memoryBytes as untyped } from '../../node_modules/@codex/cloudflare-clients/wasm/object_driver.js';

/** The size of the memory that the objects of this isolate share. */
export const memoryBytes: () => number = untyped;
