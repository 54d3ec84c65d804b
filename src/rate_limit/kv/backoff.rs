//! For how long a counter leaves its key to other isolates. Pure.
//!
//! KV takes one write a second to a key: of `n` isolates that write a key each has its turn once in `n`
//! seconds, and what it tries before is refused. To leave the key to all of them but one, which keeps KV's
//! second from standing idle, gives everybody a turn; else the same few would win again and again.

use super::schedule::SYNC_INTERVAL_MS;

/// The longest, in intervals: `waitUntil` has 30 seconds after an answer.
const MAX_INTERVALS: f64 = 20.0;

/// What the 429s have taught.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    /// 429s since KV last took a write of this isolate.
    refusals: f64,
    /// For how many intervals to leave the key to others after a write.
    intervals: f64,
    ends_at: f64,
}

impl Backoff {
    /// KV has taken a write.
    pub fn begin(&mut self, now: f64) {
        self.intervals = (self.intervals + self.refusals - 1.0).clamp(0.0, MAX_INTERVALS);
        self.refusals = 0.0;
        self.ends_at = now + self.intervals * SYNC_INTERVAL_MS;
    }

    /// KV has refused a write. Returns whether there is a crowd: the first refusal was bad luck.
    pub fn refused(&mut self) -> bool {
        self.refusals += 1.0;
        self.refusals + self.intervals > 1.0
    }

    /// For how many ms to leave the key to others still. A clock that went back makes it no longer.
    pub fn left_ms(&self, now: f64) -> f64 {
        (self.ends_at - now).clamp(0.0, MAX_INTERVALS * SYNC_INTERVAL_MS)
    }
}
