//! What one isolate knows of one window, and how it agrees with KV. Pure.
//!
//! Calls count in memory at once, so an isolate is exact whatever its concurrency. Once a second at
//! most, one call *syncs*: it reads what other isolates have written, and writes the sum.

use super::backoff::Backoff;
use super::schedule::{SYNC_INTERVAL_MS, Schedule};
use super::stored::Stored;
use super::window::Window;
use crate::rate_limit::limit::{Decision, Limit};

/// The counter of one key.
#[derive(Clone, Debug)]
pub struct Counter {
    window: Window,
    counts: Counts,
    schedule: Schedule,
    backoff: Backoff,
    /// Until then somebody has promised to flush.
    flush_at: f64,
}

/// What was admitted in the window. It was written by some isolate, or is this isolate's alone.
#[derive(Clone, Debug)]
struct Counts {
    /// The most that is known to stand in KV, by reading or by having written it.
    remote: f64,
    /// What this isolate admitted and has not written yet.
    local: f64,
    /// The limit by the configuration last seen.
    limit: f64,
}

impl Counts {
    const fn none() -> Self {
        Self {
            remote: 0.0,
            local: 0.0,
            limit: f64::INFINITY,
        }
    }

    fn total(&self) -> f64 {
        self.remote + self.local
    }

    // Whatever KV shows, a window that is known to be full stays full.
    fn is_full_in_kv(&self) -> bool {
        self.remote >= self.limit
    }

    // Once KV shows a full window, everybody refuses: more says nothing new.
    fn has_news(&self) -> bool {
        self.local > 0.0 && !self.is_full_in_kv()
    }
}

/// What is to be written in a sync.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Write {
    /// The sum.
    pub stored: Stored,
    /// What of it this isolate has admitted, and nobody has written yet.
    pub local: f64,
}

impl Counter {
    /// A window that begins now, with a sync under way.
    pub fn begin(now: f64, window_ms: f64) -> Self {
        Self::of(Window::begin(now, window_ms), Schedule::syncing(now))
    }

    /// A counter that was reset: all that KV may still show of it is void.
    pub fn voided(now: f64) -> Self {
        Self::of(Window::voided(now), Schedule::due())
    }

    fn of(window: Window, schedule: Schedule) -> Self {
        Self {
            window,
            counts: Counts::none(),
            schedule,
            backoff: Backoff::default(),
            flush_at: 0.0,
        }
    }

    /// Whether something would be lost if the counter were forgotten now.
    pub fn is_dirty(&self, now: f64) -> bool {
        self.counts.has_news() && now < self.window.ends_at()
    }

    /// Whether the last sync failed, so that this isolate is on its own.
    pub const fn is_failing(&self) -> bool {
        self.schedule.is_failing()
    }

    /// Starts the next window if this one has ended.
    pub fn roll(&mut self, now: f64, window_ms: f64) {
        if self.window.roll(now, window_ms) {
            (self.counts.remote, self.counts.local) = (0.0, 0.0);
        }
    }

    /// Claims the sync, if it is time for one and nobody has it. Whoever gets `true` must [`Self::end_sync`].
    pub fn claim_sync(&mut self, now: f64) -> bool {
        let settled = self.counts.is_full_in_kv()
            && !self.window.needs_correction()
            && !self.schedule.is_failing();
        !settled && self.schedule.claim(now)
    }

    /// Takes in what KV shows.
    pub fn adopt(&mut self, stored: Option<Stored>, now: f64) {
        self.roll(now, self.window.length_ms());
        if let Some(stored) = stored.filter(|stored| self.window.adopt(stored, now)) {
            self.counts.remote = self.counts.remote.max(stored.count);
        }
    }

    /// Decides one call, and counts it if it is admitted.
    pub fn decide(&mut self, limit: &Limit, now: f64) -> Decision {
        // Since a call was let in it may have waited for KV, and another may have had another configuration.
        self.roll(now, limit.window_ms);
        self.counts.limit = limit.limit;
        let fits = self.counts.total() + limit.cost <= limit.limit;
        if fits {
            self.counts.local += limit.cost;
        }
        limit.decision(fits, self.counts.total(), self.window.ends_at(), now)
    }

    /// What a call of `limit` would be told, without counting it.
    pub fn peek(&self, limit: &Limit, now: f64) -> Decision {
        let total = self.counts.total();
        let fits = total + limit.cost <= limit.limit;
        limit.decision(fits, total, self.window.ends_at(), now)
    }

    /// What to write in this sync: the sum, if it says more than KV has.
    pub fn to_write(&self) -> Option<Write> {
        let needed = self.counts.has_news() || self.window.needs_correction();
        needed.then(|| Write {
            stored: Stored {
                count: self.counts.total(),
                reset_at: self.window.ends_at(),
            },
            local: self.counts.local,
        })
    }

    /// KV has taken a write.
    pub fn wrote(&mut self, write: Write, now: f64) {
        self.backoff.begin(now);
        // The window may have ended while KV was writing.
        if write.stored.reset_at >= self.window.ends_at() {
            self.counts.remote = self.counts.remote.max(write.stored.count);
            self.counts.local = (self.counts.local - write.local).max(0.0);
            self.window.corrected();
        }
    }

    /// KV takes no write now: another isolate wrote within this second.
    pub fn was_refused(&mut self, now: f64) {
        if self.backoff.refused() {
            self.schedule.put_off(now);
        }
    }

    /// In how many ms it is this isolate's turn to write. One that has reached the limit leaves the key to nobody:
    /// what it writes stops all others.
    pub fn turn_in(&self, now: f64) -> f64 {
        let full = self.counts.total() >= self.counts.limit;
        if full || self.window.needs_correction() {
            0.0
        } else {
            self.backoff.left_ms(now)
        }
    }

    /// Ends a sync, well or not.
    pub const fn end_sync(&mut self, failed: bool) {
        self.schedule.end(failed);
    }

    /// In how many ms somebody should flush, if something waits and nobody has promised to.
    pub fn promise_flush(&mut self, now: f64) -> Option<f64> {
        if !self.is_dirty(now) || now < self.flush_at {
            return None;
        }
        let wait = self.until_slot(now).max(self.turn_in(now));
        self.flush_at = now + wait + SYNC_INTERVAL_MS;
        Some(wait)
    }

    /// In how many ms this counter may be written again.
    pub fn until_slot(&self, now: f64) -> f64 {
        self.schedule.until_slot(now)
    }
}

#[cfg(test)]
mod tests;
