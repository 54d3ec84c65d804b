/**
 * Doubles for tests, as strict as production.
 *
 * @packageDocumentation
 */
export type { Fault } from './faults.js';
export type {
  ListedKey,
  ListOptions,
  ListPage,
  Namespace,
  ReadOptions,
  Stream,
  WithMetadata,
  WriteOptions,
} from './namespace.js';
export type { Operation, Operations } from './operations.js';
export type { StrictKv, StrictKvOptions } from './options.js';
export { createStrictKv } from './strict_kv.js';
