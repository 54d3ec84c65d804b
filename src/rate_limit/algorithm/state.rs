//! What an object knows of one limit, by its algorithm. Pure.
//!
//! All three algorithms answer the same questions, so that a limit may change its numbers, or its
//! algorithm, and what was used stays used.

use super::fixed_window::FixedWindow;
use super::sliding_window::SlidingWindow;
use super::token_bucket::TokenBucket;
use crate::rate_limit::limit::{Algorithm, Decision, Limit};

/// The state of one limit.
#[derive(Clone, Debug, PartialEq)]
pub enum AlgorithmState {
    /// Calls since the window began.
    FixedWindow(FixedWindow),
    /// The calls of the last `window`.
    SlidingWindow(SlidingWindow),
    /// What is missing in a bucket.
    TokenBucket(TokenBucket),
}

/// What a check returns, and when the same call would be admitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The decision.
    pub decision: Decision,
    /// The first moment at which this call is admitted, if nobody calls in between; `now` when it is.
    pub retry_at: f64,
}

impl AlgorithmState {
    /// Nothing used.
    pub const fn new(limit: &Limit, now: f64) -> Self {
        match limit.algorithm {
            Algorithm::FixedWindow => Self::FixedWindow(FixedWindow::new(limit, now)),
            Algorithm::SlidingWindow => Self::SlidingWindow(SlidingWindow::new(limit)),
            Algorithm::TokenBucket => Self::TokenBucket(TokenBucket::new(limit, now)),
        }
    }

    /// What has ended: it is nothing to whatever limit.
    pub const fn ended() -> Self {
        Self::FixedWindow(FixedWindow::from_parts(0.0, 0.0))
    }

    /// The same at `now`, for a limit that may not be the one that was stored: what has ended is gone,
    /// nothing lies in the future (a clock may go back), and what was used stays used, until its old
    /// end or one new window at most.
    pub fn at(self, limit: &Limit, now: f64) -> Self {
        match (self, limit.algorithm) {
            (Self::FixedWindow(state), Algorithm::FixedWindow) => {
                Self::FixedWindow(state.at(limit, now))
            }
            (Self::SlidingWindow(state), Algorithm::SlidingWindow) => {
                Self::SlidingWindow(state.at(limit, now))
            }
            (Self::TokenBucket(state), Algorithm::TokenBucket) => {
                Self::TokenBucket(state.at(limit, now))
            }
            (other, _) => other.converted(limit, now),
        }
    }

    /// Whether [`Self::at`] begins anew from `now`: it has to be stored then, by a refused call too, or each
    /// look would begin anew again.
    pub fn needs_rebase(&self, limit: &Limit, now: f64) -> bool {
        match (self, limit.algorithm) {
            (Self::FixedWindow(state), Algorithm::FixedWindow) => state.needs_rebase(limit, now),
            (Self::SlidingWindow(state), Algorithm::SlidingWindow) => {
                state.needs_rebase(limit, now)
            }
            (Self::TokenBucket(state), Algorithm::TokenBucket) => state.needs_rebase(limit, now),
            _ => true,
        }
    }

    fn converted(&self, limit: &Limit, now: f64) -> Self {
        let ends_at = self.ends_at();
        let used = self.used(now);
        let ends_at = ends_at.min(now + limit.window_ms);
        if ends_at <= now || used <= 0.0 {
            return Self::new(limit, now);
        }
        match limit.algorithm {
            Algorithm::FixedWindow => Self::FixedWindow(FixedWindow::from_parts(used, ends_at)),
            Algorithm::SlidingWindow => {
                Self::SlidingWindow(SlidingWindow::of(used, ends_at - limit.window_ms, limit))
            }
            Algorithm::TokenBucket => Self::TokenBucket(TokenBucket::of(used, limit, now)),
        }
    }

    /// What a call of `limit.cost` would be told. For a state that is [`Self::at`] `now`.
    pub fn evaluate(&self, limit: &Limit, now: f64) -> Verdict {
        let retry_at = match self {
            _ if limit.is_out_of_reach() => now + limit.window_ms,
            Self::FixedWindow(state) => state.retry_at(limit, now),
            Self::SlidingWindow(state) => state.retry_at(limit, now),
            Self::TokenBucket(state) => state.retry_at(limit, now),
        };
        self.verdict(limit, retry_at, now)
    }

    /// What a call is told whose cost is a part of what was used.
    pub fn taken(&self, limit: &Limit, now: f64) -> Verdict {
        self.verdict(limit, now, now)
    }

    fn verdict(&self, limit: &Limit, retry_at: f64, now: f64) -> Verdict {
        let allowed = retry_at <= now;
        Verdict {
            decision: Decision {
                allowed,
                remaining: (limit.limit - self.used(now)).max(0.0),
                reset_at: self.ends_at().max(now),
                retry_after_seconds: if allowed {
                    0.0
                } else {
                    Limit::wait_seconds(retry_at - now)
                },
            },
            retry_at,
        }
    }

    /// Takes `limit.cost`, admitted or not. For a state that is [`Self::at`] `now`.
    pub fn take(&mut self, limit: &Limit, now: f64) {
        match self {
            Self::FixedWindow(state) => state.take(limit),
            Self::SlidingWindow(state) => state.take(limit, now),
            Self::TokenBucket(state) => state.take(limit),
        }
    }

    /// Gives `limit.cost` back, as far as it is still taken.
    pub fn give_back(&mut self, limit: &Limit) {
        match self {
            Self::FixedWindow(state) => state.give_back(limit),
            Self::SlidingWindow(state) => state.give_back(limit.cost),
            Self::TokenBucket(state) => state.give_back(limit),
        }
    }

    fn used(&self, now: f64) -> f64 {
        match self {
            Self::FixedWindow(state) => state.used(),
            Self::SlidingWindow(state) => state.used(),
            Self::TokenBucket(state) => state.used(now),
        }
    }

    /// From when on nothing is used any more: the row may go.
    pub fn ends_at(&self) -> f64 {
        match self {
            Self::FixedWindow(state) => state.reset_at(),
            Self::SlidingWindow(state) => state.ends_at(),
            Self::TokenBucket(state) => state.ends_at(),
        }
    }
}

#[cfg(test)]
mod tests;
