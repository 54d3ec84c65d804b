// The replies of a cart's object.
import type { Reply } from '../durable_objects/reply.js';

/** The reply to a mutation of a cart: the version, whether the line was found, and the cart as JSON. */
export type CartReply = Reply<[version: number, found: boolean, cart: string]>;

/**
 * The reply to the begin of a merge: the merge's id and the lines as JSON; the version, if it is not the expected
 * one; null when there is nothing to merge.
 */
export type MergeBegun = [id: string, cart: string] | [version: number] | null;
