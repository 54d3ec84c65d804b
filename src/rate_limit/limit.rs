//! What a limit is, and what a check returns. Pure.

use thiserror::Error;

use crate::error::RoomError;
use crate::host::values::Shown;

/// What is counted for, in messages.
pub const IDENTIFIER: &str = "The identifier";

/// The longest window: 31 days, in seconds. A longer one is mostly one in milliseconds.
pub const MAX_WINDOW_SECONDS: f64 = 2_678_400.0;

/// The largest limit: what a JavaScript number holds exactly.
pub const MAX_LIMIT: f64 = 9_007_199_254_740_991.0;

/// Why a limit is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum LimitError {
    /// Not a whole number from 0 on.
    #[error("limit must be a whole number from 0 to 2^53 - 1, not {0}")]
    Limit(Shown),
    /// Not whole seconds from 1 on.
    #[error("window must be a whole number of seconds from 1 to 2678400 (31 days), not {0}")]
    Window(Shown),
    /// Not a whole number from 1 on.
    #[error("cost must be a whole number from 1 to 2^53 - 1, not {0}")]
    Cost(Shown),
    /// Not `{ limit, window, keyPrefix }`.
    #[error("A limit is {{ limit, window, keyPrefix, algorithm? }}")]
    Shape,
    /// No limit, or more than one call checks.
    #[error("checkLimits takes 1 to {MAX_LIMITS} limits")]
    Count,
    /// Two limits that would count in the same place.
    #[error("The limits of one call need different keyPrefixes: each counts under its own")]
    Duplicate,
}

impl RoomError for LimitError {
    fn code(&self) -> &'static str {
        "invalid_limit"
    }
}

/// How many limits one call checks at most.
pub const MAX_LIMITS: usize = 16;

/// How a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Windows that begin with their first call.
    FixedWindow,
    /// Never more than the limit in any stretch of a window's length.
    SlidingWindow,
    /// A burst of the limit, then at the pace of the refill.
    TokenBucket,
}

impl Algorithm {
    /// By its public name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "fixed-window" => Some(Self::FixedWindow),
            "sliding-window" => Some(Self::SlidingWindow),
            "token-bucket" => Some(Self::TokenBucket),
            _ => None,
        }
    }

    /// Its number in storage.
    pub const fn number(self) -> u8 {
        match self {
            Self::FixedWindow => 0,
            Self::SlidingWindow => 1,
            Self::TokenBucket => 2,
        }
    }

    /// By its number in storage.
    pub const fn numbered(number: u8) -> Self {
        match number {
            0 => Self::FixedWindow,
            1 => Self::SlidingWindow,
            _ => Self::TokenBucket,
        }
    }
}

/// A checked limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// How much a window admits.
    pub limit: f64,
    /// The window's length in ms.
    pub window_ms: f64,
    /// What this call takes of it; 0 when it only looks.
    pub cost: f64,
    /// How it counts.
    pub algorithm: Algorithm,
}

fn is_whole(number: f64, min: f64, max: f64) -> bool {
    number >= min && number <= max && number.fract() == 0.0
}

impl Limit {
    /// A fixed window; `window` in seconds.
    ///
    /// # Errors
    /// [`LimitError`] for what is out of bounds.
    pub fn new(limit: f64, window: f64, cost: f64) -> Result<Self, LimitError> {
        if !is_whole(limit, 0.0, MAX_LIMIT) {
            return Err(LimitError::Limit(Shown(limit)));
        }
        if !is_whole(window, 1.0, MAX_WINDOW_SECONDS) {
            return Err(LimitError::Window(Shown(window)));
        }
        if !is_whole(cost, 1.0, MAX_LIMIT) {
            return Err(LimitError::Cost(Shown(cost)));
        }
        Ok(Self {
            limit,
            window_ms: window * 1_000.0,
            cost,
            algorithm: Algorithm::FixedWindow,
        })
    }

    /// The same by another algorithm.
    pub const fn by(self, algorithm: Algorithm) -> Self {
        Self { algorithm, ..self }
    }

    /// Whether no window admits this call: it is refused like any other, and told to wait for a whole window.
    pub fn is_out_of_reach(&self) -> bool {
        self.cost > self.limit
    }

    /// As `retryAfterSeconds`: whole seconds, one at least.
    pub fn wait_seconds(ms: f64) -> f64 {
        (ms / 1_000.0).ceil().max(1.0)
    }

    /// The decision at `total` used, of which this call's cost is already a part if it was `taken`.
    #[inline(never)]
    pub fn decision(&self, taken: bool, total: f64, reset_at: f64, now: f64) -> Decision {
        let allowed = taken && !self.is_out_of_reach();
        let wait_ms = if self.is_out_of_reach() {
            self.window_ms
        } else {
            reset_at - now
        };
        Decision {
            allowed,
            remaining: (self.limit - total).max(0.0),
            reset_at,
            retry_after_seconds: if allowed {
                0.0
            } else {
                Self::wait_seconds(wait_ms)
            },
        }
    }
}

/// What a check does when KV or the object fails or hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnUnavailable {
    /// The error reaches the caller.
    Throw,
    /// The failure refuses nobody; on KV the isolate goes on counting by itself.
    Allow,
    /// Nobody is admitted.
    Deny,
}

impl OnUnavailable {
    /// By its public name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "throw" => Some(Self::Throw),
            "allow" => Some(Self::Allow),
            "deny" => Some(Self::Deny),
            _ => None,
        }
    }
}

/// What a check returns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// The call may go on.
    pub allowed: bool,
    /// What the window still admits.
    pub remaining: f64,
    /// When the window ends, ms since the epoch.
    pub reset_at: f64,
    /// How long to wait; 0 when allowed.
    pub retry_after_seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        for bad in [-1.0, 1.5, f64::NAN, f64::INFINITY, MAX_LIMIT + 1.0] {
            assert!(matches!(
                Limit::new(bad, 60.0, 1.0),
                Err(LimitError::Limit(_))
            ));
            assert!(matches!(
                Limit::new(5.0, bad, 1.0),
                Err(LimitError::Window(_))
            ));
            assert!(matches!(
                Limit::new(5.0, 60.0, bad),
                Err(LimitError::Cost(_))
            ));
        }
        assert!(matches!(
            Limit::new(5.0, 0.0, 1.0),
            Err(LimitError::Window(_))
        ));
        assert!(matches!(
            Limit::new(5.0, 2_678_401.0, 1.0),
            Err(LimitError::Window(_))
        ));
        assert!(matches!(
            Limit::new(5.0, 60.0, 0.0),
            Err(LimitError::Cost(_))
        ));
        assert!(Limit::new(MAX_LIMIT, 2_678_400.0, MAX_LIMIT).is_ok());
        assert_eq!(Limit::new(5.0, 1.0, 5.0).unwrap().window_ms, 1_000.0);
    }

    #[test]
    fn what_no_window_admits_is_refused_for_one() {
        for (limit, cost) in [(0.0, 1.0), (5.0, 6.0), (5.0, MAX_LIMIT)] {
            let limit = Limit::new(limit, 60.0, cost).unwrap();
            let decision = limit.decision(true, 2.0, 1_001.0, 1_000.0);
            assert!(!decision.allowed);
            assert_eq!(decision.retry_after_seconds, 60.0);
            assert_eq!(decision.remaining, (limit.limit - 2.0).max(0.0));
        }
    }

    #[test]
    fn a_refused_caller_waits_at_least_a_second() {
        let limit = Limit::new(5.0, 60.0, 1.0).unwrap();
        assert_eq!(
            limit
                .decision(false, 5.0, 1_001.0, 1_000.0)
                .retry_after_seconds,
            1.0
        );
        assert_eq!(
            limit
                .decision(true, 5.0, 1_001.0, 1_000.0)
                .retry_after_seconds,
            0.0
        );
    }
}
