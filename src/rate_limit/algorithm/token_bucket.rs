//! A bucket of `limit` tokens that refills `limit` per `window`, bit by bit. Pure.
//!
//! Lets a burst of the whole limit through, and then calls at the pace of the refill: in a stretch of
//! `t` windows at most `limit + t * limit`. It is kept as what is missing, in units of which a token has
//! `window_ms`: a millisecond brings back `limit` of them, so that all numbers stay whole and exact.

use crate::rate_limit::limit::Limit;

/// What is missing in the bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenBucket {
    missing: f64,
    at: f64,
    limit: f64,
    window_ms: f64,
}

impl TokenBucket {
    /// A full bucket.
    pub(super) const fn new(limit: &Limit, now: f64) -> Self {
        Self::from_parts(0.0, now, limit.limit, limit.window_ms)
    }

    /// A bucket in which as many tokens are missing; all of them at most.
    pub(super) fn of(used: f64, limit: &Limit, now: f64) -> Self {
        let missing = (used.min(limit.limit) * limit.window_ms).ceil();
        Self::from_parts(missing, now, limit.limit, limit.window_ms)
    }

    /// As it was stored: `missing` at the moment `at`, of a bucket of that size.
    pub const fn from_parts(missing: f64, at: f64, limit: f64, window_ms: f64) -> Self {
        Self {
            missing,
            at,
            limit,
            window_ms,
        }
    }

    /// What [`Self::from_parts`] takes.
    pub const fn parts(&self) -> [f64; 4] {
        [self.missing, self.at, self.limit, self.window_ms]
    }

    fn missing_at(&self, now: f64) -> f64 {
        // A clock that went back refills nothing.
        let elapsed = (now - self.at).max(0.0);
        (self.missing - elapsed * self.limit).max(0.0)
    }

    pub(super) fn at(self, limit: &Limit, now: f64) -> Self {
        let missing = self.missing_at(now);
        if self.window_ms == limit.window_ms && self.limit == limit.limit {
            return Self::from_parts(missing, now, limit.limit, limit.window_ms);
        }
        Self::of(missing / self.window_ms, limit, now)
    }

    pub(super) fn needs_rebase(&self, limit: &Limit, now: f64) -> bool {
        self.at > now || self.limit != limit.limit || self.window_ms != limit.window_ms
    }

    pub(super) fn retry_at(&self, limit: &Limit, now: f64) -> f64 {
        let over = self.missing + (limit.cost - limit.limit) * self.window_ms;
        if over <= 0.0 {
            return now;
        }
        now + (over / self.limit).ceil()
    }

    pub(super) const fn take(&mut self, limit: &Limit) {
        // Penalties may take more than there is, up to another bucket: an end must be in sight.
        let most = 2.0 * self.limit * self.window_ms;
        self.missing = (self.missing + limit.cost * self.window_ms).min(most);
    }

    pub(super) const fn give_back(&mut self, limit: &Limit) {
        self.missing = (self.missing - limit.cost * self.window_ms).max(0.0);
    }

    /// How many tokens are missing, a part of one as a whole.
    pub fn used(&self, now: f64) -> f64 {
        (self.missing_at(now) / self.window_ms).ceil()
    }

    pub(super) fn ends_at(&self) -> f64 {
        self.at + (self.missing / self.limit).ceil()
    }
}
