//! Times and bounds that the clients of sessions and their objects share. Pure.

/// A `put` is refused when the customer's object gave its timestamp longer ago than this.
pub const PUT_WITHIN_MS: f64 = 30_000.0;

/// After this a timestamp's `put` is refused everywhere, even where two objects' clocks differ by half a
/// minute: an index entry without a session can go, and so can a tombstone.
pub const SETTLED_MS: f64 = 2.0 * PUT_WITHIN_MS;

/// How many entries a customer's index holds. `list` and `revokeAll` call each entry's object, and a
/// Worker invocation can make 1,000 calls.
pub const MAX_ENTRIES: usize = 900;

/// How long a cached session may stand in KV where revocations are on, in ms.
pub const CACHED_FOR_MS: f64 = 30.0 * 86_400_000.0;

/// How long a revocation is remembered: longer than anything can be cached that was read before it.
pub const REMEMBERED_MS: f64 = CACHED_FOR_MS + 86_400_000.0;

/// What was read from the database longer ago than this is not cached any more, in ms.
pub const FILL_WITHIN_MS: f64 = 3_600_000.0;

/// Whether an index entry whose object has no session of the customer can be dropped.
pub fn is_settled(now: f64, timestamp: f64) -> bool {
    now - timestamp > SETTLED_MS
}
