// When a call was made, and which calls come too late: src/protocol/call_time.rs.
import type { Refusal } from './reply.js';

/** @internal When a call was made, in ms, as its caller knows the objects' clock; older clients do not say. */
export type Sent = number | null | undefined;

// As src/object/stamp.rs has it.
const LATE_MS = 60_000;
// The clock of a caller may be ahead by this: what is made with it is remembered for as much longer.
const AHEAD_MS = 300_000;

/**
 * @internal Refuses a call that was made too long ago: its caller has given up, and what this object
 * remembers of calls may not reach back to it.
 */
export function lateCall(sent: Sent, lateMs = LATE_MS): Refusal | undefined {
  if (sent === undefined || sent === null) return undefined;
  const at = Date.now();
  if (typeof sent !== 'number' || Number.isNaN(sent)) {
    return { ok: false, code: 'invalid_value', message: 'The moment of a call must be a number of ms' };
  }
  if (sent > at + AHEAD_MS) {
    const message = "The call was not made: its caller's clock is more than five minutes ahead";
    return { ok: false, code: 'timeout', message, at };
  }
  if (at <= sent + lateMs) return undefined;
  return {
    ok: false,
    code: 'timeout',
    message: 'The call reached the object too late, and was not made',
    at,
  };
}

/** @internal As Rust takes it. */
export const given = (sent: Sent): number | undefined => sent ?? undefined;
