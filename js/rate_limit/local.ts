// What this isolate admits while objects fail, with `onUnavailable: 'allow'`: each limit is counted here, in windows that
// begin with their first call.
import { limitResult } from '../wasm/imports/rate_limit.js';

interface Limit {
  readonly limit: number;
  readonly window: number;
  readonly keyPrefix: string;
}

interface Count {
  endsAt: number;
  used: number;
}

// By namespace, prefix and identifier, in the order of their first calls.
const counts = new Map<string, Count>();
const MAX_COUNTS = 10_000;

/** @internal Decides a call, and counts it under all limits or under none if `isCounted`. Returns the strictest result. */
export function decideHere(
  namespaceId: number,
  identifier: string,
  limits: readonly Limit[],
  cost: number,
  isCounted: boolean,
): ReturnType<typeof limitResult> | undefined {
  const now = Date.now();
  const each = limits.map(({ limit, window, keyPrefix }) => {
    const count = countOf(
      `${namespaceId}:${keyPrefix.length}:${keyPrefix}${identifier}`,
      window * 1_000,
      now,
    );
    return { count, limit, fits: count.used + cost <= limit };
  });
  const admitted = each.every(({ fits }) => fits);
  const results = each.map(({ count, limit, fits }) => {
    if (isCounted && admitted) count.used += cost;
    const seconds = fits ? 0 : Math.max(1, Math.ceil((count.endsAt - now) / 1_000));
    return limitResult(fits, Math.max(0, limit - count.used), count.endsAt, limit, seconds, true);
  });
  // The refusal that lasts longest, or else the limit with the least left.
  results.sort((a, b) => b.retryAfterSeconds - a.retryAfterSeconds || a.remaining - b.remaining);
  return results[0];
}

function countOf(key: string, windowMs: number, now: number): Count {
  let count = counts.get(key);
  // A window that would last for longer begins anew: after a clock that went back it would never end.
  if (!count || now >= count.endsAt || count.endsAt > now + windowMs) {
    count = { endsAt: now + windowMs, used: count && now < count.endsAt ? count.used : 0 };
    counts.delete(key);
    if (counts.size >= MAX_COUNTS) counts.delete(counts.keys().next().value as string);
    counts.set(key, count);
  }
  return count;
}
