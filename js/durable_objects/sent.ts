// When a call was made, and which calls come too late: src/protocol/call_time.rs.
import { CloudflareClientsError } from '../core/error.js';
import { callSync } from '../wasm/object_driver.js';
import { type Refusal, refused } from './reply.js';

/** @internal When a call was made, in ms, as its caller knows the objects' clock; older clients do not say. */
export type Sent = number | null | undefined;

/** @internal Refuses a call that was made too long ago. `kind`: a check of a limit is late sooner. */
export function lateCall(sent: Sent, kind: 'change' | 'check' = 'change'): Refusal | undefined {
  if (sent === undefined || sent === null) return undefined;
  if (typeof sent !== 'number' || Number.isNaN(sent)) {
    return { ok: false, code: 'invalid_value', message: 'The moment of a call must be a number of ms' };
  }
  try {
    callSync((wasm) => wasm.checkCallTime(sent, kind === 'check'));
    return undefined;
  } catch (error) {
    if (!(error instanceof CloudflareClientsError) || error.code !== 'timeout') throw error;
    return { ...refused(error), at: Date.now() };
  }
}

/** @internal As Rust takes it. */
export const given = (sent: Sent): number | undefined => sent ?? undefined;
