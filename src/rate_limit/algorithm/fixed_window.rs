//! A window that begins with its first call. Pure.
//!
//! The cheapest, and the easiest to explain. Around the end of a window up to twice the limit may come
//! through: the whole of one window at its end, and the whole of the next.

use crate::rate_limit::limit::{Limit, MAX_LIMIT};

/// What was used since the window began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedWindow {
    count: f64,
    reset_at: f64,
}

impl FixedWindow {
    /// A window that begins now.
    pub const fn new(limit: &Limit, now: f64) -> Self {
        Self::from_parts(0.0, now + limit.window_ms)
    }

    /// As it was stored.
    pub const fn from_parts(count: f64, reset_at: f64) -> Self {
        Self { count, reset_at }
    }

    pub(super) fn at(self, limit: &Limit, now: f64) -> Self {
        if now >= self.reset_at {
            return Self::new(limit, now);
        }
        // Never longer than the window of today, whatever an older configuration or clock has left.
        Self::from_parts(self.count, self.reset_at.min(now + limit.window_ms))
    }

    pub(super) fn needs_rebase(&self, limit: &Limit, now: f64) -> bool {
        self.reset_at > now + limit.window_ms
    }

    pub(super) fn retry_at(&self, limit: &Limit, now: f64) -> f64 {
        if self.count + limit.cost <= limit.limit {
            now
        } else {
            self.reset_at
        }
    }

    pub(super) const fn take(&mut self, limit: &Limit) {
        self.count = (self.count + limit.cost).min(MAX_LIMIT);
    }

    pub(super) const fn give_back(&mut self, limit: &Limit) {
        self.count = (self.count - limit.cost).max(0.0);
    }

    /// What was used.
    pub const fn used(&self) -> f64 {
        self.count
    }

    /// When the window ends.
    pub const fn reset_at(&self) -> f64 {
        self.reset_at
    }
}
