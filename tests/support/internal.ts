// What users cannot import: it is in the package, and not in its exports.
// @ts-expect-error It has no typings there.
import { liveness as untyped } from '../../node_modules/@codex/cloudflare-clients/wasm/driver.js';

/** What is alive in the wasm. */
export const liveness: () => { tasks: number; counters: number; memoryBytes: number } = untyped;
