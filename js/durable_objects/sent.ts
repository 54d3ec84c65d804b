// When a call was made, and which calls are too late: src/protocol/call_time.rs.
import { CloudflareClientsError } from '../core/error.js';
import { callSync } from '../wasm/object_driver.js';
import { type Refusal, refused } from './reply.js';

/** @internal When a call was made, in ms, by the caller's estimate of the object's clock; older clients send none. */
export type Sent = number | null | undefined;

/** @internal Refuses a call that was made too long ago. `kind`: a check of a limit is refused sooner. */
export function lateCall(sent: Sent, kind: 'change' | 'check' = 'change'): Refusal | undefined {
  if (sent === undefined || sent === null) return undefined;
  if (typeof sent !== 'number' || Number.isNaN(sent)) {
    return { ok: false, code: 'invalid_value', message: 'The time of a call must be a number of ms' };
  }
  try {
    callSync((wasm) => wasm.checkCallTime(sent, kind === 'check'));
    return undefined;
  } catch (error) {
    if (!(error instanceof CloudflareClientsError) || error.code !== 'timeout') throw error;
    return { ...refused(error), at: Date.now() };
  }
}

/** @internal The argument for Rust. */
export const given = (sent: Sent): number | undefined => sent ?? undefined;
