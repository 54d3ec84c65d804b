// The replies of objects by RPC.
import type { CloudflareClientsError, ErrorCode } from '../core/error.js';

/**
 * The reply of an object by RPC, with the name of its class: a client takes no reply of another class. A refusal is a
 * value: an exception would lose its properties on the way, and the runtime would count it as a failure of the object.
 */
export type Reply<T> = (
  | { ok: true; value: T }
  /** With `at`, the object's time, when the call arrived too late. */
  | { ok: false; code: ErrorCode; message: string; at?: number }
) & {
  /** The class as this package calls it; absent from version 0.1. */
  class?: string;
};

/** @internal */
export type Refusal = Extract<Reply<never>, { ok: false }>;

/** @internal The refusal of a call. */
export function refused({ code, message }: CloudflareClientsError): Refusal {
  return { ok: false, code, message };
}
