// What an object returns by RPC.
import type { Bad } from '../core/checks.js';
import type { CloudflareClientsError, ErrorCode } from '../core/error.js';

/**
 * What an object answers by RPC. A refusal is a value: an exception would lose its properties on the way,
 * and the runtime would count it as the object's failure.
 */
export type Reply<T> =
  | { ok: true; value: T }
  /** With `at`, the object's time, when the call came too late. */
  | { ok: false; code: ErrorCode; message: string; at?: number };

/** @internal */
export type Refusal = Extract<Reply<never>, { ok: false }>;

/** @internal The refusal of a call. */
export function refused({ code, message }: CloudflareClientsError): Refusal {
  return { ok: false, code, message };
}

/** @internal The refusal of a call whose arguments a check has refused; nothing when it may be made. */
export function refusedBy(bad: Bad): Refusal | undefined {
  return bad && refused(bad);
}
