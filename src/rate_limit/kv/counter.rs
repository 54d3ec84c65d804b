//! What one isolate knows of one window, and how it agrees with KV. Pure.
//!
//! Calls count in memory at once, so an isolate is exact whatever its concurrency. Once a second at
//! most, one call *syncs*: it reads what other isolates have written, and writes the sum.

use crate::rate_limit::limit::{Decision, Limit, Stored};

/// How often a key is read and written, in ms: KV takes one write a second to a key.
pub const BEAT_MS: f64 = 1_000.0;

/// When a sync whose request was cancelled is given up, in ms.
pub const ABANDONED_MS: f64 = 10_000.0;

/// The longest a counter leaves its key to others, in beats: `waitUntil` has 30 seconds after an answer.
const MAX_REST: f64 = 20.0;

/// One window of one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Counter {
    /// The most that is known to stand in KV, by reading or by having written it.
    seen: f64,
    /// What this isolate admitted and has not written yet.
    own: f64,
    reset_at: f64,
    /// The length of the window by the configuration last seen.
    window_ms: f64,
    /// A stored end further away than a window is long, which must be replaced.
    correct: Option<f64>,
    /// Such an end that KV still showed when the window ended: its record is void.
    void_end: f64,
    synced_at: f64,
    busy_until: f64,
    flush_at: f64,
    /// The limit by the configuration last seen.
    limit: f64,
    /// 429s since KV last took a write of this isolate.
    refused: f64,
    /// For how many beats to leave the key to others after a write, as learnt from the 429s.
    rest: f64,
    rest_until: f64,
    failing: bool,
    /// Windows that began by then were reset; KV may still show them.
    void_until: f64,
}

impl Counter {
    /// A window that begins now, with a sync under way.
    pub fn begin(now: f64, window_ms: f64) -> Self {
        Self {
            seen: 0.0,
            own: 0.0,
            reset_at: now + window_ms,
            window_ms,
            correct: None,
            void_end: f64::NAN,
            synced_at: now,
            busy_until: now + ABANDONED_MS,
            flush_at: 0.0,
            limit: f64::INFINITY,
            refused: 0.0,
            rest: 0.0,
            rest_until: 0.0,
            failing: false,
            void_until: f64::NEG_INFINITY,
        }
    }

    /// A counter that was reset: all that KV may still show of it is void.
    pub fn voided(now: f64) -> Self {
        let synced_at = f64::NEG_INFINITY;
        Self {
            reset_at: now,
            synced_at,
            busy_until: 0.0,
            void_until: now,
            ..Self::begin(now, 0.0)
        }
    }

    /// Whether something would be lost if the counter were forgotten now.
    pub fn is_dirty(&self, now: f64) -> bool {
        self.has_news() && now < self.reset_at
    }

    // Once KV shows a full window, everybody refuses: more says nothing new.
    fn has_news(&self) -> bool {
        self.own > 0.0 && self.seen < self.limit
    }

    // Whatever KV shows, a window that is known to be full stays full.
    fn is_settled(&self) -> bool {
        self.seen >= self.limit && self.correct.is_none() && !self.failing
    }

    /// Whether the last sync failed, so that this isolate is on its own.
    pub const fn is_failing(&self) -> bool {
        self.failing
    }

    /// Starts the next window if this one has ended.
    pub fn roll(&mut self, now: f64, window_ms: f64) {
        self.window_ms = window_ms;
        if now >= self.reset_at {
            self.seen = 0.0;
            self.own = 0.0;
            self.reset_at = now + window_ms;
            if let Some(end) = self.correct.take() {
                self.void_end = end;
            }
        }
    }

    /// Claims the sync, if it is time for one and nobody has it. Who gets `true` must [`Self::end_sync`].
    pub fn claim_sync(&mut self, now: f64) -> bool {
        let due = now >= self.busy_until && now - self.synced_at >= BEAT_MS;
        // A clock that went back must not stop the syncs.
        let due = (due || now < self.synced_at - BEAT_MS) && !self.is_settled();
        if due {
            self.synced_at = now;
            self.busy_until = now + ABANDONED_MS;
        }
        due
    }

    /// Takes in what KV shows. Of two isolates that began a window each, the earlier end holds.
    pub fn adopt(&mut self, stored: Option<Stored>, now: f64) {
        let window_ms = self.window_ms;
        self.roll(now, window_ms);
        let counts = |stored: &Stored| {
            stored.reset_at - window_ms > self.void_until && stored.reset_at != self.void_end
        };
        let Some(stored) = stored.filter(counts) else {
            return;
        };
        // No window is longer than itself: a longer one was written under another configuration.
        self.correct = Some(stored.reset_at).filter(|end| *end > now + window_ms);
        self.reset_at = self.reset_at.min(stored.reset_at);
        self.seen = self.seen.max(stored.count);
    }

    /// Decides one call, and counts it if it is admitted.
    pub fn decide(&mut self, limit: &Limit, now: f64) -> Decision {
        self.limit = limit.limit;
        let total = self.seen + self.own;
        let fits = total + limit.cost <= limit.limit;
        if fits {
            self.own += limit.cost;
        }
        limit.answer(
            fits,
            if fits { total + limit.cost } else { total },
            self.reset_at,
            now,
        )
    }

    /// What a call of `limit` would be told, without counting it.
    pub fn peek(&self, limit: &Limit, now: f64) -> Decision {
        let total = self.seen + self.own;
        limit.answer(total + limit.cost <= limit.limit, total, self.reset_at, now)
    }

    /// What to write in this sync: the sum, if it says more than KV has.
    pub fn to_write(&self) -> Option<Stored> {
        let count = self.seen + self.own;
        (self.has_news() || self.correct.is_some()).then_some(Stored {
            count,
            reset_at: self.reset_at,
        })
    }

    /// KV has taken `written`, of which `own` was this isolate's.
    pub fn wrote(&mut self, written: Stored, own: f64, now: f64) {
        self.begin_rest(now);
        // The window may have ended while KV was writing.
        if written.reset_at >= self.reset_at {
            self.seen = self.seen.max(written.count);
            self.own = (self.own - own).max(0.0);
            self.correct = None;
        }
    }

    // KV takes one write a second: of `n` isolates that write a key each has its turn once in `n`
    // seconds, and what it tries before is refused. To rest for all of them but one, which keeps KV's
    // second from standing idle, gives everybody a turn; else the same few would win again and again.
    fn begin_rest(&mut self, now: f64) {
        self.rest = (self.rest + self.refused - 1.0).clamp(0.0, MAX_REST);
        self.refused = 0.0;
        self.rest_until = now + self.rest * BEAT_MS;
    }

    /// KV takes no write now: another isolate wrote within this second.
    pub fn was_refused(&mut self, now: f64) {
        self.refused += 1.0;
        // The first was bad luck. From then on there is a crowd, in which nobody must come always just
        // before KV takes the next write.
        if self.refused + self.rest > 1.0 {
            self.synced_at += jitter_ms(now);
        }
    }

    /// In how many ms it is this isolate's turn to write. One that has reached the limit does not rest:
    /// what it writes stops all others.
    pub fn turn_in(&self, now: f64) -> f64 {
        let urgent = self.seen + self.own >= self.limit || self.correct.is_some();
        if urgent {
            0.0
        } else {
            (self.rest_until - now).max(0.0)
        }
    }

    /// What this isolate has admitted and not written.
    pub const fn own(&self) -> f64 {
        self.own
    }

    /// Ends a sync, well or not.
    pub const fn end_sync(&mut self, failed: bool) {
        self.busy_until = 0.0;
        self.failing = failed;
    }

    /// In how many ms somebody should flush, if something waits and nobody has promised to.
    pub fn promise_flush(&mut self, now: f64) -> Option<f64> {
        if !self.is_dirty(now) || now < self.flush_at {
            return None;
        }
        let wait = self.until_slot(now).max(self.turn_in(now));
        self.flush_at = now + wait + BEAT_MS;
        Some(wait)
    }

    /// In how many ms this counter may be written again.
    pub fn until_slot(&self, now: f64) -> f64 {
        (self.synced_at + BEAT_MS - now).clamp(0.0, 2.0 * BEAT_MS)
    }
}

// Less than a beat, spread by the moment.
fn jitter_ms(now: f64) -> f64 {
    (now * 0.618_033_988_749_895).fract() * BEAT_MS
}

#[cfg(test)]
mod tests;
