// What users cannot import: it is in the package, and not in its exports.
// @ts-expect-error It has no typings there.
import * as untyped from '../../node_modules/@codex/cloudflare-clients/wasm/driver.js';

const driver = untyped as {
  liveness(): { tasks: number; counters: number; memoryBytes: number };
  call(start: (wasm: object) => unknown): Promise<unknown>;
};

/** What is alive in the wasm. */
export const liveness = driver.liveness;

/** Runs one call of the wasm. */
export const call = driver.call;
